// The way of one request through a service: its fault, if it has one, then the service, the log and the answer.
import type { ServerResponse } from "node:http";
import type { Clock } from "../clock/clock.ts";
import type { Fault, FaultCall, FaultRule } from "./faults.ts";
import { writeResponse } from "./http.ts";
import type { AppliedRequest, RequestLog } from "./request-log.ts";
import { accessKeyIdOf } from "./route.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "./service.ts";
import { makeWhole } from "./take-body.ts";

/** Sees an applied request, its answer and its entry in the log. */
export type OnApplied = (call: FaultCall, response: ServiceResponse, entry: AppliedRequest) => void;

/** What all requests go by. */
export type Serving = {
  clock: Clock;
  /** The largest body that is read whole, bytes. */
  limit: number;
  faults: FaultRule[];
  requests: RequestLog;
  onApplied: OnApplied | undefined;
};

/** Answers a request at once where the service does and no fault is in the way: a promise for each step would be a thirtieth of a call. */
export function serve(
  front: Serving,
  service: LocalService,
  request: ServiceRequest,
  outgoing: ServerResponse,
  headOnly: boolean,
): Promise<void> | undefined {
  const call: FaultCall = { service: service.name, action: service.actionOf(request), request };
  const arrivedAt = front.clock.now();
  const fault = faultFor(front.faults, call);
  const visit = { front, service, call, arrivedAt, fault, outgoing, headOnly };
  if (fault !== undefined) return serveWith(fault, visit);
  const write = (response: ServiceResponse) => writeResponse(outgoing, request.id, response, { headOnly });
  const response = apply(visit);
  return response instanceof Promise ? response.then(write) : write(response);
}

/** A request on its way through a service. */
type Visit = {
  front: Serving;
  service: LocalService;
  call: FaultCall;
  arrivedAt: number;
  fault: Fault | undefined;
  outgoing: ServerResponse;
  headOnly: boolean;
};

/** Has the service apply the request, and logs that before anybody sees the answer. */
function apply(visit: Visit): ServiceResponse | Promise<ServiceResponse> {
  const { front, service, call } = visit;
  const givenAfter = front.requests.last();
  const given = service.handle(call.request);
  if (given instanceof Promise) return given.then((response) => applied(visit, givenAfter, response));
  return applied(visit, givenAfter, given);
}

function applied(
  { front, service, call, arrivedAt, fault }: Visit,
  givenAfter: number,
  response: ServiceResponse,
): ServiceResponse {
  const entry = front.requests.append({
    at: front.clock.now(),
    arrivedAt,
    givenAfter,
    service: service.name,
    action: call.action,
    id: call.request.id,
    status: response.status,
    from: accessKeyIdOf(call.request),
    fault: fault?.kind,
    summary: response.summary,
  });
  front.onApplied?.(call, response, entry);
  return response;
}

async function serveWith(fault: Fault, visit: Visit): Promise<void> {
  const { front, service, outgoing, headOnly } = visit;
  const { request } = visit.call;
  if (fault.kind === "drop-before-apply") return void outgoing.destroy();
  if (fault.kind === "error") {
    return writeResponse(outgoing, request.id, service.errorResponse(request, fault), { headOnly });
  }
  if (fault.kind === "answer") {
    const { status, headers, body } = fault;
    return writeResponse(outgoing, request.id, { status, headers, body }, { headOnly });
  }
  if (fault.kind === "hold") await fault.until;
  if (fault.kind === "delay") await pause(front.clock, fault.beforeMs);
  // What is applied twice must be read twice.
  if (fault.kind === "duplicate") await makeWhole(request, front.limit);
  if (fault.kind === "duplicate") await apply(visit);
  const response = await apply(visit);
  if (fault.kind === "delay") await pause(front.clock, fault.afterMs);
  if (fault.kind === "drop-answer") return void outgoing.destroy();
  await writeResponse(outgoing, request.id, response, { headOnly, cut: fault.kind === "reset-in-body" });
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
