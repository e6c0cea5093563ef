// One HTTP server in front of all local services: sockets, routing, faults and the request log. Knows no service's rules.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, realClock } from "../clock/clock.ts";
import { flatUuid } from "../protocols/flat-uuid.ts";
import { answerControl, gatewayControl } from "./control.ts";
import type { Fault, FaultCall, FaultRule } from "./faults.ts";
import { BodyTooLarge, readBeginning, readWhole, serviceRequest, writeResponse } from "./http.ts";
import { type AppliedRequest, createRequestLog, type RequestLog } from "./request-log.ts";
import { accessKeyIdOf, serviceFor } from "./route.ts";
import type { ControlHandler, LocalService, ServiceRequest, ServiceResponse } from "./service.ts";

export type GatewayOptions = {
  services: readonly LocalService[];
  /** 0 takes a free port. */
  port: number;
  clock?: Clock;
  /** The largest body that is read whole, for services that do not stream bodies. */
  bodyLimitBytes?: number;
  /** How many of the newest applied requests are kept; see `createRequestLog`. */
  keptRequests?: number | undefined;
  /** Further control calls beside the services' own. */
  control?: Readonly<Record<string, ControlHandler>>;
  /** Called for every applied request with its answer, after it is logged and before the caller gets the answer. */
  onApplied?: OnApplied;
};

/** Sees an applied request, its answer and its entry in the log. */
export type OnApplied = (call: FaultCall, response: ServiceResponse, entry: AppliedRequest) => void;

export type Gateway = {
  port: number;
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Called in order for every request; the first fault wins. Push rules to add them and remove them when done. */
  faults: FaultRule[];
  requests: RequestLog;
  /** Stops listening, breaks open connections and closes the services. */
  close: () => Promise<void>;
};

/** Starts the gateway on 127.0.0.1. Rejects with the server's error when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const faults: FaultRule[] = [];
  const requests = createRequestLog(options.keptRequests);
  const control = Object.assign(
    gatewayControl(options.services, requests, faults),
    ...options.services.map((service) => service.control ?? {}),
    options.control ?? {},
  );
  const front: Front = {
    services: options.services,
    clock: options.clock ?? realClock,
    limit: options.bodyLimitBytes ?? 64 * 1024 * 1024,
    faults,
    requests,
    control,
    onApplied: options.onApplied,
  };
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (incoming, outgoing) => {
    answer(front, incoming, outgoing).catch((error) => fail(outgoing, error));
  });
  const port = await listen(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      await Promise.all(options.services.map((service) => service.close?.()));
    },
  };
}

type Front = {
  services: readonly LocalService[];
  clock: Clock;
  limit: number;
  faults: FaultRule[];
  requests: RequestLog;
  control: Readonly<Record<string, ControlHandler>>;
  onApplied: OnApplied | undefined;
};

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.destroyed) return;
  const status = error instanceof BodyTooLarge ? 413 : 500;
  if (status === 500) console.error("local cloud: a service failed", error);
  if (outgoing.headersSent) outgoing.destroy();
  else
    void writeResponse(outgoing, flatUuid(), {
      status,
      body: String(error),
      headers: { connection: "close" },
    });
}

async function answer(front: Front, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = serviceRequest(flatUuid(), incoming, outgoing);
  const isControl = request.path.startsWith("/_local/");
  const service = isControl ? undefined : serviceFor(front.services, request);
  if (!(await takeBody(request, incoming, service?.streamsBodies ? undefined : front.limit))) return;
  const headOnly = request.method === "HEAD";
  if (isControl)
    await writeResponse(outgoing, request.id, await answerControl(front.control, request), { headOnly });
  else if (service === undefined)
    await writeResponse(outgoing, request.id, unknownService(request), { headOnly });
  else await serve(front, service, request, outgoing, headOnly);
  if (!incoming.complete) dropRest(request, incoming);
}

/** After a refusal in the middle of a body the connection goes on: what is left of the body is read and dropped. */
function dropRest({ rest }: ServiceRequest, incoming: IncomingMessage): void {
  void rest?.[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {});
  // A stream flows only after its reader has let go of it, a tick later.
  setImmediate(() => incoming.resume());
}

/** Bodies up to this size are always whole. */
const smallBytes = 1024 * 1024;

/**
 * Reads the body into the request: whole up to `limit`, or a large one's beginning when there is no limit. False when the
 * caller is gone: nobody is left to answer. @throws BodyTooLarge
 */
async function takeBody(
  request: ServiceRequest,
  incoming: IncomingMessage,
  limit: number | undefined,
): Promise<boolean> {
  try {
    const { body, rest } = await readBeginning(incoming, smallBytes);
    request.body = body;
    request.rest = rest;
    // What has arrived whole needs no second reading.
    const whole = rest === undefined && body.length <= (limit ?? Number.POSITIVE_INFINITY);
    if (limit !== undefined && !whole) await makeWhole(request, limit);
    return true;
  } catch (error) {
    if (error instanceof BodyTooLarge) throw error;
    return false;
  }
}

async function makeWhole(request: ServiceRequest, limit: number): Promise<void> {
  request.body = await readWhole(request, limit);
  request.rest = undefined;
}

async function serve(
  front: Front,
  service: LocalService,
  request: ServiceRequest,
  outgoing: ServerResponse,
  headOnly: boolean,
): Promise<void> {
  const action = service.actionOf(request);
  const call: FaultCall = { service: service.name, action, request };
  const from = accessKeyIdOf(request);
  const arrivedAt = front.clock.now();
  const fault = faultFor(front.faults, call);
  const apply = async (): Promise<ServiceResponse> => {
    const givenAfter = front.requests.last();
    const given = service.handle(request);
    const response = given instanceof Promise ? await given : given;
    const entry = front.requests.append({
      at: front.clock.now(),
      arrivedAt,
      givenAfter,
      service: service.name,
      action,
      id: request.id,
      status: response.status,
      from,
      fault: fault?.kind,
      summary: response.summary,
    });
    front.onApplied?.(call, response, entry);
    return response;
  };
  if (fault?.kind === "drop-before-apply") return void outgoing.destroy();
  if (fault?.kind === "error") {
    return writeResponse(outgoing, request.id, service.errorResponse(request, fault), { headOnly });
  }
  if (fault?.kind === "answer") {
    const { status, headers, body } = fault;
    return writeResponse(outgoing, request.id, { status, headers, body }, { headOnly });
  }
  if (fault?.kind === "hold") await fault.until;
  if (fault?.kind === "delay") await pause(front.clock, fault.beforeMs);
  // What is applied twice must be read twice.
  if (fault?.kind === "duplicate") await makeWhole(request, front.limit);
  if (fault?.kind === "duplicate") await apply();
  const response = await apply();
  if (fault?.kind === "delay") await pause(front.clock, fault.afterMs);
  if (fault?.kind === "drop-answer") return void outgoing.destroy();
  await writeResponse(outgoing, request.id, response, { headOnly, cut: fault?.kind === "reset-in-body" });
}

function faultFor(rules: readonly FaultRule[], call: FaultCall): Fault | undefined {
  for (const rule of rules) {
    const fault = rule(call);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function pause(clock: Clock, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resume) => clock.at(clock.now() + ms, resume));
}

/** Answers that no local service implements it, in both shapes that an SDK may expect. */
function unknownService(request: ServiceRequest): ServiceResponse {
  const message = "The local cloud does not implement this service.";
  const target = request.headers["x-amz-target"];
  if (target !== undefined || request.headers["content-type"]?.includes("json")) {
    const body = JSON.stringify({ __type: "NotImplemented", message });
    return { status: 501, headers: { "content-type": "application/x-amz-json-1.0" }, body };
  }
  const error = `<Error><Code>NotImplemented</Code><Message>${message}</Message></Error>`;
  const body = `<ErrorResponse>${error}<RequestId>${request.id}</RequestId></ErrorResponse>`;
  return { status: 501, headers: { "content-type": "text/xml" }, body };
}
