// Counts the store calls of every request by service and operation, with the read and write units that DynamoDB reports.
import { AsyncLocalStorage } from "node:async_hooks";
import type { LocalClients } from "../../../local/cloud/identity.ts";

/** What the requests of one route have called. */
export type CallTally = {
  requests: number;
  /** Milliseconds that the app took, all requests together. */
  milliseconds: number;
  /** Bytes of all answers. */
  bytes: number;
  /** By service and operation. */
  calls: Record<string, number>;
  readUnits: number;
  writeUnits: number;
};

export type StoreCalls = {
  /** Runs a request; its calls count for the route. */
  within: <Result>(route: string, work: () => Promise<Result>) => Promise<Result>;
  tallies: Map<string, CallTally>;
};

const noCalls = (): CallTally => ({
  requests: 0,
  milliseconds: 0,
  bytes: 0,
  calls: {},
  readUnits: 0,
  writeUnits: 0,
});

type Consumed = { CapacityUnits?: number; WriteCapacityUnits?: number };

/** Watches the clients' calls. What only signs an address is no call. */
export function watchStoreCalls({
  dynamo,
  s3,
  sqs,
}: Pick<LocalClients, "dynamo" | "s3" | "sqs">): StoreCalls {
  const current = new AsyncLocalStorage<CallTally>();
  const tallies = new Map<string, CallTally>();
  const count = (service: string, command = "") => {
    const tally = current.getStore();
    const name = `${service} ${command.replace(/Command$/, "")}`;
    if (tally !== undefined) tally.calls[name] = (tally.calls[name] ?? 0) + 1;
  };
  dynamo.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        count("dynamodb", commandName);
        const answer = await next(args);
        addUnits(current.getStore(), Object(answer.output).ConsumedCapacity, isWrite(commandName ?? ""));
        return answer;
      },
    { step: "initialize" },
  );
  // Where an address is only signed, the last step is never reached.
  const last = { step: "deserialize", priority: "low" } as const;
  s3.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        count("s3", commandName);
        return next(args);
      },
    last,
  );
  sqs.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        count("sqs", commandName);
        return next(args);
      },
    last,
  );
  return {
    tallies,
    within: async (route, work) => {
      const tally = tallies.get(route) ?? noCalls();
      tallies.set(route, tally);
      const startedAt = performance.now();
      try {
        return await current.run(tally, work);
      } finally {
        tally.requests += 1;
        tally.milliseconds += performance.now() - startedAt;
      }
    },
  };
}

const isWrite = (command: string): boolean => /^(Put|Update|Delete|TransactWrite|BatchWrite)/.test(command);

function addUnits(tally: CallTally | undefined, consumed: Consumed | Consumed[] | undefined, write: boolean) {
  if (tally === undefined) return;
  for (const { CapacityUnits = 0 } of [consumed ?? []].flat())
    tally[write ? "writeUnits" : "readUnits"] += CapacityUnits;
}
