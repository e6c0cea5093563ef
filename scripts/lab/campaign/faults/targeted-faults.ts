// Rules that wait for one particular request: a read of a poisoned object, a commit, a call during a storm. What they act
// on is data, so faults can be armed and lifted while requests keep coming.
import type { Fault, FaultCall, FaultRule } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import { writesOf } from "../log/describe-table.ts";
import { endOf } from "../log/ledger-writes.ts";
import { refusedEntries, throttled } from "./error-responses.ts";
import type { Count } from "./random-faults.ts";

/** The faults armed at the moment. */
export type ArmedFaults = {
  /** Object versions that fail to read. */
  poisoned: Set<string>;
  /** Object versions that S3 cannot read until then (epoch milliseconds). */
  withheld: Map<string, number>;
  /** Object versions whose reader is killed. */
  crashing: Set<string>;
  /** Keys that get a new version while the old one is being read. */
  overwritten: Map<string, () => void>;
  /** Workers whose next commit is held: called with its jobs, resolves when to let it through. */
  heldCommits: Map<string, (jobIds: readonly string[]) => Promise<void>>;
  /** Workers whose heartbeats fail until `until` (epoch milliseconds). */
  failingHeartbeats: Map<string, { until: number; how: "refused" | "failing" }>;
  storms: { service: string; status: number; until: number }[];
  /** No answer of SES arrives until then (epoch milliseconds). */
  mailAnswersLostUntil: number;
  /** How the next CompleteLifecycleAction of an instance goes wrong. */
  lifecycle: Map<string, "late" | "failing">;
};

export const noFaultsArmed = (): ArmedFaults => ({
  poisoned: new Set(),
  withheld: new Map(),
  crashing: new Set(),
  overwritten: new Map(),
  heldCommits: new Map(),
  failingHeartbeats: new Map(),
  storms: [],
  mailAnswersLostUntil: 0,
  lifecycle: new Map(),
});

const unavailable: Fault = { kind: "error", status: 500, code: "InternalError", message: "Injected." };

export type TargetOptions = {
  armed: ArmedFaults;
  uploadsBucket: string;
  jobsTable: string;
  isWorker: (accessKeyId: string) => boolean;
  /** Kills the worker that made a request. */
  kill: (accessKeyId: string) => void;
  count: Count;
};

/** The rules over the armed faults, in the order to ask them. */
export function targetedRules(options: TargetOptions): FaultRule[] {
  const rules = [sourceRule, commitRule, heartbeatRule, mailRule, lifecycleRule, stormRule];
  return rules.map((rule) => (call) => {
    const from = accessKeyIdOf(call.request) ?? "";
    return options.isWorker(from) ? rule(options, call, from) : undefined;
  });
}

type Rule = (options: TargetOptions, call: FaultCall, from: string) => Fault | undefined;

/** An answer that is the call's own fault. With the cloud's trouble for an answer the job would wait, and not fail. */
const refusedCall: Fault = {
  kind: "error",
  status: 400,
  code: "InvalidRequest",
  message: "the campaign refuses this read",
};

const sourceRule: Rule = ({ armed, uploadsBucket, kill, count }, { service, request }, from) => {
  const prefix = `/${uploadsBucket}/`;
  if (service !== "s3" || request.method !== "GET" || !request.path.startsWith(prefix)) return undefined;
  const versionId = request.query.get("versionId") ?? "";
  if (armed.crashing.has(versionId)) {
    count("crash-loop");
    kill(from);
    return { kind: "drop-before-apply" };
  }
  if (armed.poisoned.has(versionId)) {
    count("poisoned-read");
    return refusedCall;
  }
  if (Date.now() < (armed.withheld.get(versionId) ?? 0)) {
    count("withheld-read");
    return { ...unavailable, status: 503, code: "ServiceUnavailable" };
  }
  const key = decodeURIComponent(request.path.slice(prefix.length));
  const overwrite = armed.overwritten.get(key);
  if (overwrite !== undefined) {
    armed.overwritten.delete(key);
    count("source-overwritten");
    overwrite();
  }
  return undefined;
};

/** Calls that may end a job. */
const commits: ReadonlySet<string> = new Set([
  "TransactWriteItems",
  "UpdateItem",
  "PutItem",
  "BatchExecuteStatement",
]);

const commitRule: Rule = ({ armed, jobsTable, count }, { action, request }, from) => {
  const hold = armed.heldCommits.get(from);
  if (hold === undefined || !commits.has(action)) return undefined;
  const jobIds = writesOf(action, JSON.parse(request.body.toString()))
    .filter((write) => write.table === jobsTable && endOf(write) !== undefined)
    .map(({ item }) => String(item.jobId));
  if (jobIds.length === 0) return undefined;
  armed.heldCommits.delete(from);
  count("freeze-commit");
  return { kind: "hold", until: hold(jobIds) };
};

/** While a worker's heartbeats fail, its reads are slow too, so that its jobs outlive their leases. */
const heartbeatRule: Rule = ({ armed, count }, { service, action, request }, from) => {
  const failingHeartbeats = armed.failingHeartbeats.get(from);
  if (failingHeartbeats === undefined || Date.now() > failingHeartbeats.until) return undefined;
  if (action === "ChangeMessageVisibilityBatch") {
    count("heartbeat-refused");
    return failingHeartbeats.how === "refused" ? refusedEntries(request.body) : unavailable;
  }
  if (service === "s3" && request.method === "GET")
    return { kind: "delay", beforeMs: Math.max(0, failingHeartbeats.until - Date.now()), afterMs: 0 };
  return undefined;
};

const mailRule: Rule = ({ armed, count }, { action }) => {
  if (action !== "SendEmail" || Date.now() > armed.mailAnswersLostUntil) return undefined;
  count("mail-answer-lost");
  return { kind: "drop-answer" };
};

const lifecycleRule: Rule = ({ armed, count }, { action }, from) => {
  if (action !== "CompleteLifecycleAction") return undefined;
  const how = armed.lifecycle.get(from);
  armed.lifecycle.delete(from);
  if (how === undefined) return undefined;
  count(`lifecycle-${how}`);
  return how === "failing" ? unavailable : { kind: "delay", beforeMs: 1500, afterMs: 0 };
};

const stormRule: Rule = ({ armed, count }, { service, action }) => {
  const now = Date.now();
  armed.storms = armed.storms.filter(({ until }) => until > now);
  const storm = armed.storms.find((one) => one.service === service);
  if (storm === undefined || action === "GetQueueUrl") return undefined;
  count("storm");
  if (storm.status === 400) return throttled(service);
  return { kind: "error", status: storm.status, code: "ServiceUnavailable", message: "Injected." };
};
