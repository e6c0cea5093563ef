// One message group of a kind: who is first in line, why it waits, since when, and its last jobs. What has never been received
// is known to SQS alone, which shows it to nobody but a receiver.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { type Pause, readPauses } from "../../../worker/engine/pause/pauses.ts";
import { runningJobs } from "../fleet/running.ts";
import { type ListedJob, listedJob } from "../jobs/listed-job.ts";
import { pauseOf } from "../jobs/read-job.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";

/** Why a group does or does not go on. */
export type GroupState = "running" | "waiting" | "paused" | "free";

/** A group's page as data. */
export type GroupPage = {
  kind: string;
  group: string;
  state: GroupState;
  /** The job that the others of the group wait for; null where the ledger knows of none. */
  head: ListedJob | null;
  pause: Pause | null;
  /** Its jobs, the last enqueued first. */
  jobs: ListedJob[];
  /** Where the next page begins; undefined at the end. */
  next: string | undefined;
};

/** Jobs of a page. */
const pageSize = 50;

/** Rows of the index that one page looks at, at most: groups of several kinds may share a name. */
const lookedAt = 400;

/** Reads a group's page: five reads. */
export async function readGroup(
  source: JobsSource,
  { kind, group, before }: { kind: string; group: string; before: string | undefined },
  now: number,
): Promise<GroupPage> {
  const { db, names } = source;
  const [ids, pauses, running] = await Promise.all([
    idsOf(source, { kind, group, before }),
    readPauses(db, { table: names.tables.pauses, fleet: names.fleet }),
    runningJobs(db, names, now),
  ]);
  const table = names.tables.jobs;
  const keys = ids.found.map((jobId) => ({ jobId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const jobs = rows
    .map(listedJob)
    .filter((job) => job !== undefined)
    .sort((a, b) => b.enqueuedAt.localeCompare(a.enqueuedAt));
  const open = jobs.filter(({ status }) => status === "running" || status === "waiting");
  const inSlot = running.find((job) => job.kind === kind && job.group === group);
  const head = open.find(({ jobId }) => jobId === inSlot?.jobId) ?? open.at(-1) ?? null;
  const pause = pauseOf(pauses, { kind, group }) ?? null;
  return { kind, group, state: stateOf(pause, head), head, pause, jobs, next: ids.next };
}

function stateOf(pause: Pause | null, head: ListedJob | null): GroupState {
  if (head?.status === "running") return "running";
  if (pause !== null) return "paused";
  return head === null ? "free" : "waiting";
}

/** The ids of a group's jobs, newest first. */
async function idsOf(
  { db, names }: JobsSource,
  { kind, group, before }: { kind: string; group: string; before: string | undefined },
): Promise<{ found: string[]; next: string | undefined }> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: names.tables.jobs,
      IndexName: "byGroup",
      KeyConditionExpression: "#group = :group AND enqueuedAt < :before",
      FilterExpression: "begins_with(jobId, :kind)",
      ExpressionAttributeNames: { "#group": "group" },
      ExpressionAttributeValues: { ":group": group, ":before": before ?? "\uffff", ":kind": `${kind}/` },
      ScanIndexForward: false,
      Limit: lookedAt,
    }),
  );
  const shown = Items.slice(0, pageSize);
  const rest = Items.length > shown.length;
  const last = rest ? shown.at(-1)?.enqueuedAt : LastEvaluatedKey?.enqueuedAt;
  return {
    found: shown.map(({ jobId }) => String(jobId)),
    next: last === undefined ? undefined : String(last),
  };
}
