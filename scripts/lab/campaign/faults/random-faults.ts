// Faults of single requests: each request of a worker is hit with the same small probability.
import type { Fault, FaultCall, FaultRule } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import { type Random, randomOf } from "../plan/random.ts";
import { conflict, inProgress, refusedEntries, refusedStatements, throttled } from "./error-responses.ts";

/** Called with the name of each fault that was injected. */
export type Count = (kind: string) => void;

type Choice = { name: string; fault: (random: Random, call: FaultCall) => Fault };

const anywhere: readonly Choice[] = [
  { name: "drop-before-apply", fault: () => ({ kind: "drop-before-apply" }) },
  { name: "drop-answer", fault: () => ({ kind: "drop-answer" }) },
  {
    name: "delay",
    fault: ({ whole }) => ({ kind: "delay", beforeMs: whole(0, 300), afterMs: whole(0, 300) }),
  },
  {
    name: "server-error",
    fault: ({ pick }) => ({
      kind: "error",
      status: pick([500, 503]),
      code: "ServiceUnavailable",
      message: "Injected.",
    }),
  },
  { name: "throttling", fault: (_, { service }) => throttled(service) },
  { name: "reset-in-body", fault: () => ({ kind: "reset-in-body" }) },
  { name: "duplicate", fault: () => ({ kind: "duplicate" }) },
];

const transactions: readonly Choice[] = [
  { name: "transaction-conflict", fault: (random, { request }) => conflict(request.body, random) },
  { name: "transaction-in-progress", fault: () => inProgress },
];

/** SES does not deduplicate, and no network duplicates a whole request: a duplicate would be a second sender. */
const onceOnly = anywhere.filter(({ name }) => name !== "duplicate");

const byAction: Readonly<Record<string, readonly Choice[]>> = {
  TransactWriteItems: [...transactions, ...transactions, ...anywhere],
  BatchExecuteStatement: [
    { name: "statements-refused", fault: (random, { request }) => refusedStatements(request.body, random) },
    ...anywhere,
  ],
  ReceiveMessage: [
    { name: "receive-answer-lost", fault: () => ({ kind: "drop-answer" }) },
    { name: "receive-answer-lost", fault: () => ({ kind: "reset-in-body" }) },
    ...anywhere.slice(0, 5),
  ],
  SendEmail: onceOnly,
  ChangeMessageVisibilityBatch: [
    { name: "heartbeat-refused", fault: (_, { request }) => refusedEntries(request.body) },
    ...anywhere,
  ],
};

/** Requests a worker makes once at startup. A fault there would test startup, not work. */
const ofStarting = new Set(["GetQueueUrl"]);

/** A rule that hits each request of a worker with the given probability. */
export function randomFaults(options: {
  probability: number;
  seed: number;
  isWorker: (accessKeyId: string) => boolean;
  /** False once the run should settle. */
  active: () => boolean;
  count: Count;
}): FaultRule {
  const random = randomOf(options.seed);
  return (call) => {
    if (!options.active() || ofStarting.has(call.action)) return undefined;
    if (random.next() >= options.probability) return undefined;
    if (!options.isWorker(accessKeyIdOf(call.request) ?? "")) return undefined;
    const { name, fault } = random.pick(byAction[call.action] ?? anywhere);
    options.count(name);
    return fault(random, call);
  };
}
