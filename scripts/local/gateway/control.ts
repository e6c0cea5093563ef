// The control endpoint under /_local/: JSON calls for people and tests, apart from the AWS protocols.
import { z } from "zod";
import { declaredRuleSchema, type FaultRule, ruleFrom } from "./faults.ts";
import type { RequestLog } from "./request-log.ts";
import {
  ControlError,
  type ControlHandler,
  type LocalService,
  type ServiceRequest,
  type ServiceResponse,
} from "./service.ts";

const json = (status: number, value: unknown): ServiceResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value ?? {}),
});

/** The gateway's control calls. */
export function gatewayControl(
  services: readonly LocalService[],
  log: RequestLog,
  rules: FaultRule[],
): Record<string, ControlHandler> {
  const declared = new Set<FaultRule>();
  const hits: Record<string, number> = {};
  return {
    "GET /_local/health": () => ({ ok: true, services: services.map((service) => service.name) }),
    "GET /_local/requests": ({ query }) => {
      const since = Number(query.get("since") ?? 0);
      if (!Number.isInteger(since)) throw new ControlError("since: must be a whole number");
      return { requests: log.since(since) };
    },
    "GET /_local/faults": () => ({ rules: declared.size, hits }),
    "POST /_local/faults": ({ body }) => {
      const added = parseControl(z.union([z.array(declaredRuleSchema), declaredRuleSchema]), body);
      for (const rule of [added].flat().map((each) => counted(ruleFrom(each), hits))) {
        declared.add(rule);
        rules.push(rule);
      }
      return { rules: declared.size };
    },
    "DELETE /_local/faults": () => {
      rules.splice(0, rules.length, ...rules.filter((rule) => !declared.has(rule)));
      declared.clear();
      return { rules: 0 };
    },
  };
}

/** Wraps a rule so that the requests it hits are counted by kind of fault. */
function counted(rule: FaultRule, hits: Record<string, number>): FaultRule {
  return (call) => {
    const fault = rule(call);
    if (fault !== undefined) hits[fault.kind] = (hits[fault.kind] ?? 0) + 1;
    return fault;
  };
}

const ownHost = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

/** Why a control call is refused: a page of another site must not make one through this machine's browser. */
function foreign({ host = "", origin }: Record<string, string>): string | undefined {
  if (!ownHost.test(host)) return "host: control calls only answer to 127.0.0.1 and localhost";
  if (origin !== undefined && origin !== `http://${host}`) return "origin: control calls refuse other sites";
  return undefined;
}

/** Checks the body of a control call. Throws `ControlError` with all problems, each with its field. */
export function parseControl<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new ControlError(problems.join("; "));
}

/** Answers one control call. */
export async function answerControl(
  handlers: Readonly<Record<string, ControlHandler>>,
  request: ServiceRequest,
): Promise<ServiceResponse> {
  const refused = foreign(request.headers);
  if (refused !== undefined) return json(403, { error: refused });
  const handler = handlers[`${request.method} ${request.path}`];
  if (handler === undefined) return json(404, { error: `no control call ${request.method} ${request.path}` });
  try {
    return json(200, await handler({ query: request.query, body: parsedBody(request) }));
  } catch (error) {
    if (error instanceof ControlError) return json(400, { error: error.message });
    throw error;
  }
}

function parsedBody(request: ServiceRequest): unknown {
  if (request.body.length === 0) return undefined;
  try {
    return JSON.parse(request.body.toString());
  } catch (cause) {
    throw new ControlError("body: must be JSON", { cause });
  }
}
