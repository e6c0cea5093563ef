// One job in full: its row, its timeline, and whether it is paused.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { type JobRow, readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import { type Pause, readPauses } from "../../../worker/engine/pause/pauses.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type ListedJob, listedJob } from "./listed-job.ts";
import { masked } from "./mask.ts";
import { type Moment, timelineOf } from "./timeline.ts";

/** A job's page as data. */
export type JobPage = {
  job: ListedJob;
  timeline: Moment[];
  traceId: string | null;
  messageId: string | null;
  redrives: number;
  code: string | null;
  /** The handler's result; texts that may name a person are masked unless they were asked for. */
  result: unknown;
  /** True where something is masked. */
  masked: boolean;
  /** The pause of its kind or group. */
  pause: Pause | null;
  /** True while its letter is in the dead-letter queue. */
  dead: boolean;
};

const operatorNotesSchema = z.object({
  redrivenAt: z.string().optional(),
  redrivenBy: z.string().optional(),
});

/** Job ids are never longer (see `jobIdOf`), and DynamoDB fails on keys above 2,048 bytes. */
const longestJobId = 128;

/** Reads a job; undefined where the ledger has none of that id. Two reads. */
export async function readJob(
  { db, names }: { db: DynamoDBDocumentClient; names: ResourceNames },
  jobId: string,
  { reveal }: { reveal: boolean },
): Promise<JobPage | undefined> {
  if (jobId.length > longestJobId) return undefined;
  const { tables, fleet } = names;
  const [{ Item }, pauses] = await Promise.all([
    db.send(new GetCommand({ TableName: tables.jobs, Key: { jobId }, ConsistentRead: true })),
    readPauses(db, { table: tables.pauses, fleet }),
  ]);
  const job = listedJob(Item);
  if (job === undefined) return undefined;
  const row: JobRow = readJobRow(Item);
  const result = row.result ?? null;
  const hidden = reveal ? { value: result, masked: false } : masked(result);
  return {
    job,
    timeline: timelineOf(row, operatorNotesSchema.parse(Item)),
    traceId: row.traceId ?? null,
    messageId: row.messageId || null,
    redrives: row.redrives,
    code: row.code ?? null,
    result: hidden.value,
    masked: hidden.masked,
    pause: pauseOf(pauses, row) ?? null,
    dead: row.deadKind !== undefined,
  };
}

/** The pause that holds a job: of its group, or of its whole kind. */
export function pauseOf(
  pauses: readonly Pause[],
  { kind, group }: { kind: string; group: string },
): Pause | undefined {
  return pauses.find((pause) => pause.kind === kind && (pause.group === undefined || pause.group === group));
}
