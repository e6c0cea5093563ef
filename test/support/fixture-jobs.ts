// A job kind for tests whose payload picks its outcome. Its effects keep books in the transaction that commits them: how
// often each job took effect, and in which order the jobs of a group did.
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { defineJob } from "../../worker/engine/job/define-job.ts";
import type { Effect, Handler, JobContext } from "../../worker/engine/job/handler.ts";
import { InputRejected } from "../../worker/engine/job/input-rejected.ts";
import { type RunnableJob, runnableJob } from "../../worker/engine/job/runnable-job.ts";
import type { TableDefinition } from "../../worker/fleet/tables.ts";

export const fixturePayload = z.object({
  group: z.string(),
  /** Position within the group. */
  n: z.number().int(),
  /** `refuse` returns an effect whose condition fails; `hang` ignores its signal forever. */
  act: z.enum(["complete", "fail", "reject", "refuse", "hang"]).default("complete"),
  /** Runs that do `act`; later ones complete. Without it all do. */
  times: z.number().int().optional(),
  sleepMs: z.number().default(0),
  /** Waits until the test opens the group's gate. */
  gated: z.boolean().default(false),
  /** Times the work after the commit fails before it succeeds. */
  afterCommitFailures: z.number().int().default(0),
  /** Records when runs start and end, and when work after a commit that may fail is tried. */
  traced: z.boolean().default(false),
  padding: z.string().default(""),
});

/** What a test asks of one job. */
export type FixturePayload = z.input<typeof fixturePayload>;

export const fixtureWork = defineJob({
  kind: "fixture-work",
  payload: fixturePayload,
  messageGroupId: ({ group }) => group,
  deduplicationId: ({ group, n }) => `${group}/${n}`,
  policy: { timeoutSeconds: 20, visibilitySeconds: 10, maxFailures: 3, backoffSeconds: { first: 1, max: 2 } },
});

/** The books' table of a fleet. */
export const fixtureTableName = (fleet: string) => `${fleet}-fixture`;

/** The books' table; items are `job#GROUP/N`, `group#GROUP`, `trace#GROUP`, `gate#GROUP` and `after#GROUP/N`. */
export const fixtureTable = (fleet: string): TableDefinition => ({
  name: fixtureTableName(fleet),
  key: { partition: "id" },
});

/** Waits; rejects with the signal's reason when it aborts. */
export type SleepUntilAborted = (ms: number, signal: AbortSignal) => Promise<void>;

const realSleep: SleepUntilAborted = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });

type Payload = z.output<typeof fixturePayload>;

/** The handler of `fixtureWork`. */
export function fixtureHandler(sleep: SleepUntilAborted = realSleep): Handler<Payload> {
  return {
    run: async (payload, context) => {
      await trace(payload, context, "start");
      if (payload.sleepMs > 0) await sleep(payload.sleepMs, context.signal);
      while (payload.gated && !(await gateOpen(payload, context))) await sleep(50, context.signal);
      const effects = booked(payload, context);
      const acts = payload.times === undefined || context.run <= payload.times;
      const act = acts ? payload.act : "complete";
      if (act === "fail") throw new Error(`told to fail run ${context.run}`);
      if (act === "reject") throw new InputRejected("told-to", "The test wants it rejected.", { effects });
      if (act === "hang") await new Promise(() => {});
      await trace(payload, context, "end");
      return {
        effects: act === "refuse" ? [...effects, refused(context)] : effects,
        result: { n: payload.n },
      };
    },
    afterCommit: async (payload, _, context) => {
      const { group, n, afterCommitFailures } = payload;
      const { db, names } = context;
      if (afterCommitFailures === 0) return;
      await trace(payload, context, "after");
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: fixtureTableName(names.fleet),
          Key: { id: `after#${group}/${n}` },
          UpdateExpression: "ADD tries :one",
          ExpressionAttributeValues: { ":one": 1 },
          ReturnValues: "ALL_NEW",
        }),
      );
      if (Number(Attributes?.tries) <= afterCommitFailures) throw new Error("told to fail after the commit");
    },
  };
}

/** One more effect of this job, and its place in the group's log. */
function booked({ group, n }: Payload, { names }: JobContext): Effect[] {
  const TableName = fixtureTableName(names.fleet);
  return [
    {
      Update: {
        TableName,
        Key: { id: `job#${group}/${n}` },
        UpdateExpression: "ADD effects :one",
        ExpressionAttributeValues: { ":one": 1 },
      },
    },
    { Update: { TableName, Key: { id: `group#${group}` }, ...appending(n) } },
  ];
}

function appending(entry: unknown) {
  return {
    UpdateExpression: "SET #log = list_append(if_not_exists(#log, :none), :entry)",
    ExpressionAttributeNames: { "#log": "log" },
    ExpressionAttributeValues: { ":none": [], ":entry": [entry] },
  };
}

function refused({ names, jobId }: JobContext): Effect {
  const Key = { id: `never#${jobId}` };
  return {
    ConditionCheck: {
      TableName: fixtureTableName(names.fleet),
      Key,
      ConditionExpression: "attribute_exists(id)",
    },
  };
}

async function gateOpen({ group }: Payload, { db, names }: JobContext): Promise<boolean> {
  const get = new GetCommand({
    TableName: fixtureTableName(names.fleet),
    Key: { id: `gate#${group}` },
    ConsistentRead: true,
  });
  return (await db.send(get)).Item !== undefined;
}

async function trace(
  { group, n, traced }: Payload,
  { db, names }: JobContext,
  what: "start" | "end" | "after",
): Promise<void> {
  if (!traced) return;
  const Key = { id: `trace#${group}` };
  await db.send(
    new UpdateCommand({ TableName: fixtureTableName(names.fleet), Key, ...appending(`${what} ${n}`) }),
  );
}

/** The job as `createWorker` takes it. */
export function fixtureJobs(sleep?: SleepUntilAborted): ReadonlyMap<string, RunnableJob> {
  return new Map([[fixtureWork.kind, runnableJob(fixtureWork, fixtureHandler(sleep))]]);
}
