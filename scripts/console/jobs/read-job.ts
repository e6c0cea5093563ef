// One job in full: its row, its timeline, the jobs before and after it, and whether it is paused.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { type JobRow, readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { readToldPauses, type ToldPause } from "../../queues/pause/told-pauses.ts";
import { type Moment, timelineOf } from "../../status/timeline.ts";
import { causeOfSheet } from "../albums/sheet-cause.ts";
import { shownAddresses, shownTexts } from "../masking/reveal.ts";
import { named, type Seals } from "../masking/seals.ts";
import { type ListedJob, listedJob } from "./listed-job.ts";

/** A job before or after this one, with its name for people. Its status is null where the ledger has no row of it yet, or no longer. */
export type RelatedJob = { jobId: string; kind: string; name: string; status: JobRow["status"] | null };

/** A job's page as data. */
export type JobPage = {
  job: ListedJob;
  /** How links and actions mean its group: the name, sealed where it is masked. */
  groupRef: string;
  timeline: Moment[];
  traceId: string | null;
  messageId: string | null;
  redrives: number;
  code: string | null;
  /** The handler's result; texts that may name a person are masked unless they were asked for. */
  result: unknown;
  /** What the job was given, masked likewise; null where it is not kept. */
  payload: unknown;
  /** The size of a payload that was too long to keep. */
  payloadBytes: number | null;
  /** The job whose commit enqueued this one, or whose picture made this contact sheet due. */
  causedBy: RelatedJob | null;
  /** The jobs that this one's commit enqueued. */
  followUps: RelatedJob[];
  /** True where something is masked. */
  masked: boolean;
  /** The pause of its kind or group. */
  pause: ToldPause | null;
  /** True while its letter is in the dead-letter queue. */
  dead: boolean;
};

const operatorNotesSchema = z.object({
  redrivenAt: z.string().optional(),
  redrivenBy: z.string().optional(),
});

/** Job ids are never longer (see `jobIdOf`), and DynamoDB fails on keys above 2,048 bytes. */
const longestJobId = 128;

type Source = { db: DynamoDBDocumentClient; names: ResourceNames };

/** Reads a job; undefined where the ledger has none of that id. At most three reads, six of a contact sheet. */
export async function readJob(
  { db, names }: Source,
  jobId: string,
  { reveal, seals }: { reveal: boolean; seals: Seals },
): Promise<JobPage | undefined> {
  if (jobId.length > longestJobId) return undefined;
  const { tables, fleet } = names;
  const [{ Item }, pauses] = await Promise.all([
    db.send(new GetCommand({ TableName: tables.jobs, Key: { jobId }, ConsistentRead: true })),
    readToldPauses(db, { table: tables.pauses, fleet }),
  ]);
  const job = listedJob(Item);
  if (job === undefined) return undefined;
  const row = readJobRow(Item);
  const related = await relatedJobs({ db, names }, row);
  const plain = {
    job,
    ...related,
    timeline: timelineOf(row, operatorNotesSchema.parse(Item)),
    traceId: row.traceId ?? null,
    pause: pauseOf(pauses, row) ?? null,
  };
  const [hidden, shown] = [shownTexts(givenAndMade(row), reveal), shownAddresses(plain, reveal)];
  return {
    ...shown.value,
    ...hidden.value,
    groupRef: named(row.group, { seals, reveal }).ref,
    messageId: row.messageId || null,
    redrives: row.redrives,
    code: row.code ?? null,
    payloadBytes: row.payloadBytes ?? null,
    masked: hidden.masked || shown.masked,
    dead: row.deadKind !== undefined,
  };
}

const givenAndMade = ({ payload, result }: JobRow) => ({
  payload: payload === undefined ? null : (JSON.parse(payload) as unknown),
  result: result ?? null,
});

const kindOf = (jobId: string) => jobId.slice(0, jobId.indexOf("/"));

async function relatedJobs(
  { db, names }: Source,
  row: JobRow,
): Promise<Pick<JobPage, "causedBy" | "followUps">> {
  const { followUps = [] } = row;
  const causedBy = row.causedBy ?? (await causeOfSheet({ db, names }, row));
  const ids = [...new Set([...followUps, ...(causedBy === undefined ? [] : [causedBy])])];
  if (ids.length === 0) return { causedBy: null, followUps: [] };
  const table = names.tables.jobs;
  const keys = ids.map((jobId) => ({ jobId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const known = new Map(rows.map((row) => listedJob(row)).map((job) => [job?.jobId, job]));
  const related = (jobId: string): RelatedJob => ({
    ...{ jobId, kind: kindOf(jobId) },
    name: known.get(jobId)?.name ?? jobId,
    status: known.get(jobId)?.status ?? null,
  });
  return {
    causedBy: causedBy === undefined ? null : related(causedBy),
    followUps: followUps.map(related),
  };
}

/** The pause that holds a job: of its group, or of its whole kind. */
export function pauseOf(
  pauses: readonly ToldPause[],
  { kind, group }: { kind: string; group: string },
): ToldPause | undefined {
  return pauses.find((pause) => pause.kind === kind && (pause.group === undefined || pause.group === group));
}
