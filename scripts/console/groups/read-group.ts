// One message group of a kind: who is first in line, why it waits, since when, what is known to be behind it, and its last jobs. What
// has never been received is known to SQS alone, which shows it to nobody but a receiver.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { readToldPauses, type ToldPause } from "../../queues/pause/told-pauses.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";
import type { ReadQueue } from "../../status/read-queues.ts";
import { runningJobs, type SlotJob } from "../fleet/running.ts";
import { type ListedJob, listedJob } from "../jobs/listed-job.ts";
import { pauseOf } from "../jobs/read-job.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { shownAddresses } from "../masking/reveal.ts";
import { named, type Seals } from "../masking/seals.ts";

/** Why a group does or does not go on. */
export type GroupState = "running" | "waiting" | "paused" | "free";

/** A group's page as data. */
export type GroupPage = {
  kind: string;
  group: string;
  /** How links and actions mean it: the name, sealed where it is masked. */
  groupRef: string;
  state: GroupState;
  /** The job that the others of the group wait for; null where the ledger knows of none. */
  head: ListedJob | null;
  /** Where the first job runs: its worker, since when, and the seconds left of its lease. */
  slot: Pick<SlotJob, "worker" | "since" | "leaseSeconds"> | null;
  /** Jobs of the group that have run before and wait behind the first one. */
  behind: ListedJob[];
  /** The whole queue of the kind, of which the group is a part. */
  queue: QueueStatus;
  pause: ToldPause | null;
  /** Its jobs, the last enqueued first. */
  jobs: ListedJob[];
  /** True where addresses of people are masked. */
  masked: boolean;
  /** Where the next page begins; undefined at the end. */
  next: string | undefined;
};

/** Which page of which group. */
export type AskedGroup = { kind: string; group: string; before: string | undefined; reveal: boolean };

/** Jobs of a page. */
const pageSize = 50;

/** Rows of the index that one page looks at, at most: groups of several kinds may share a name. */
const lookedAt = 400;

/** Reads a group's page: five reads of the tables. `readQueue` counts the kind's queue. */
export async function readGroup(
  source: JobsSource,
  asked: AskedGroup,
  { now, readQueue, seals }: { now: number; readQueue: ReadQueue; seals: Seals },
): Promise<GroupPage> {
  const { db, names } = source;
  const { kind, group, reveal } = asked;
  const [queue, ids, pauses, running] = await Promise.all([
    readQueue(kind),
    idsOf(source, asked),
    readToldPauses(db, { table: names.tables.pauses, fleet: names.fleet }),
    runningJobs(db, names, now),
  ]);
  const table = names.tables.jobs;
  const keys = ids.found.map((jobId) => ({ jobId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const jobs = rows
    .map(listedJob)
    .filter((job) => job !== undefined)
    .sort((a, b) => b.enqueuedAt.localeCompare(a.enqueuedAt));
  const slot = running.find((job) => job.kind === kind && job.group === group) ?? null;
  const head = headOf(jobs, slot);
  const behind = jobs.filter((job) => job.status === "waiting" && job.jobId !== head?.jobId).reverse();
  const pause = pauseOf(pauses, { kind, group }) ?? null;
  const { value, masked } = shownAddresses({ kind, group, head, slot, behind, pause, jobs }, reveal);
  const { ref: groupRef } = named(group, { seals, reveal });
  return { ...value, groupRef, masked, state: stateOf(pause, head, slot), queue, next: ids.next };
}

/** The job in a worker's slot, else the oldest that has not ended. */
function headOf(jobs: readonly ListedJob[], slot: SlotJob | null): ListedJob | null {
  const open = jobs.filter(({ status }) => status === "running" || status === "waiting");
  return open.find(({ jobId }) => jobId === slot?.jobId) ?? open.at(-1) ?? null;
}

function stateOf(pause: ToldPause | null, head: ListedJob | null, slot: SlotJob | null): GroupState {
  if (head?.status === "running" || slot !== null) return "running";
  if (pause !== null) return "paused";
  return head === null ? "free" : "waiting";
}

/** The group of a job; undefined where the ledger has no such job. One read. */
export async function groupOfJob({ db, names }: JobsSource, jobId: string): Promise<string | undefined> {
  if (jobId === "" || jobId.length > 128) return undefined;
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.jobs, Key: { jobId } }));
  return typeof Item?.group === "string" ? Item.group : undefined;
}

/** The ids of a group's jobs, newest first. */
async function idsOf(
  { db, names }: JobsSource,
  { kind, group, before }: AskedGroup,
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
