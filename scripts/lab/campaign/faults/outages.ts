// Outages while they last: which requests of workers they hit, and how. Counts the calls that arrive meanwhile.
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { queueName } from "../../../../worker/fleet/resources.ts";
import type { JobKind } from "../../../../worker/jobs/catalog.ts";
import type { Fault, FaultCall, FaultRule } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import type { PlannedOutage } from "../plan/outages.ts";
import { throttled } from "./error-responses.ts";
import type { Count } from "./random-faults.ts";

/** An outage that was played; times are epoch milliseconds on the machine. */
export type PlayedOutage = PlannedOutage & { from: number; until: number; calls: number };

/** Plays outages. */
export type Outages = {
  begin: (outages: readonly PlannedOutage[]) => void;
  rule: FaultRule;
  /** Every outage so far. */
  played: readonly PlayedOutage[];
  /** When the last one ends. */
  lastsUntil: () => number;
};

/** How long a slow service takes to answer, in the workers' milliseconds. */
const slowMs = 10_000;

/** Makes it. */
export function createOutages({
  names,
  scale,
  isWorker,
  count,
}: {
  names: ResourceNames;
  scale: number;
  isWorker: (accessKeyId: string) => boolean;
  count: Count;
}): Outages {
  const played: PlayedOutage[] = [];
  const lastsUntil = () => Math.max(0, ...played.map(({ until }) => until));
  return {
    played,
    lastsUntil,
    begin: (outages) => {
      const from = Date.now();
      for (const outage of outages) {
        count(`outage-${outage.service}-${outage.how}`);
        played.push({ ...outage, from, until: from + outage.minutes * 60_000 * scale, calls: 0 });
      }
    },
    rule: (call) => {
      const now = Date.now();
      // The names of queues are looked up once, at a worker's start.
      if (now > lastsUntil() || call.action === "GetQueueUrl") return undefined;
      if (!isWorker(accessKeyIdOf(call.request) ?? "")) return undefined;
      const hit = played.find((one) => one.until > now && isHit(one, call, names));
      if (hit === undefined) return undefined;
      hit.calls += 1;
      return faultOf(hit, call, scale);
    },
  };
}

function isHit({ service, how, resource = "" }: PlannedOutage, call: FaultCall, names: ResourceNames) {
  if (call.service !== service) return false;
  if (how !== "partial") return true;
  const { path, body } = call.request;
  if (service === "s3") return path.startsWith(`/${named(names.buckets, resource)}/`);
  if (service === "sqs") return body.includes(`/${queueName(names.fleet, resource as JobKind)}"`);
  return body.includes(`"${named(names.tables, resource)}"`);
}

const named = (all: Readonly<Record<string, string>>, name: string): string => all[name] ?? name;

const json = "com.amazonaws.dynamodb.v20120810#";

/** The errors as S3 names them; the other services add a word. */
const codes = { expired: "ExpiredToken", denied: "AccessDenied" } as const;

function faultOf({ how }: PlannedOutage, { service }: FaultCall, scale: number): Fault {
  const message = "The campaign's outage.";
  switch (how) {
    case "slow":
      return { kind: "delay", beforeMs: Math.round(slowMs * scale), afterMs: 0 };
    case "throttled":
      return throttled(service);
    case "expired":
    case "denied": {
      const code = service === "s3" ? codes[how] : `${codes[how]}Exception`;
      const status = how === "denied" && service !== "dynamodb" ? 403 : 400;
      return { kind: "error", status, code: service === "dynamodb" ? `${json}${code}` : code, message };
    }
    default:
      return { kind: "error", status: 503, code: "ServiceUnavailable", message };
  }
}
