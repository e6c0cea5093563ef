// One HTTP server in front of all local services: sockets, routing, faults and the request log. Knows no service's rules.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, realClock } from "../clock/clock.ts";
import { flatUuid } from "../protocols/flat-uuid.ts";
import { answerControl, gatewayControl } from "./control.ts";
import type { FaultRule } from "./faults.ts";
import { BodyTooLarge, serviceRequest, writeResponse } from "./http.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import { serviceFor } from "./route.ts";
import { type OnApplied, type Serving, serve } from "./serve.ts";
import type { ControlHandler, LocalService, ServiceRequest, ServiceResponse } from "./service.ts";
import { dropRest, takeBody } from "./take-body.ts";

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

/** What serves, and what else answers. */
type Front = Serving & {
  services: readonly LocalService[];
  control: Readonly<Record<string, ControlHandler>>;
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
