// Finds a job or a group by what a person has of it: an id, a group, a picture's key, a mail's reference. Each way is a read by
// key, so a search costs the same however many jobs there are; it finds whole names only.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { queueSafeId } from "../../../worker/engine/job/define-job.ts";
import { named, type Seals } from "../masking/seals.ts";
import { groupAddress, jobAddress } from "./filter.ts";
import type { JobsSource } from "./read-jobs.ts";

/** What a search found: where it is, and what it is. What is masked in it, its address names by a seal. */
export type Found = { address: string; what: string };

/** Kinds of the groups that are found. */
const mostGroups = 10;

/** All that has this name. At most seven reads. */
export async function search(source: JobsSource & { seals: Seals }, text: string): Promise<Found[]> {
  const asked = text.trim();
  if (asked === "" || asked.length > 1100) return [];
  const { uploads, results } = source.names.buckets;
  const groups = [asked, `${uploads}/${asked}`, `${results}/${asked}`].map(queueSafeId);
  const found = await Promise.all([
    byId(source, asked),
    byReference(source, asked),
    ...[...new Set(groups)].map((group) => byGroup(source, group)),
  ]);
  return found.flat();
}

async function byId({ db, names, kinds }: JobsSource, asked: string): Promise<Found[]> {
  const ids = asked.includes("/") ? [asked] : kinds.map((kind) => `${kind}/${asked}`);
  const table = names.tables.jobs;
  const keys = ids.filter((jobId) => jobId.length <= 128).map((jobId) => ({ jobId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false, only: "jobId" });
  return rows.map((row) => {
    const jobId = String((row as { jobId: unknown }).jobId);
    return { address: jobAddress(jobId), what: `Job ${jobId}` };
  });
}

/** A reference as people read it out: K7Q2-9MPD, without regard to case and hyphen. */
const reference = /^([0-9A-Z]{4})-?([0-9A-Z]{4})$/i;

async function byReference({ db, names }: JobsSource, asked: string): Promise<Found[]> {
  const parts = reference.exec(asked);
  if (parts === null) return [];
  const shown = `${parts[1]}-${parts[2]}`.toUpperCase();
  const TableName = names.tables.submissions;
  const owner = await db.send(new GetCommand({ TableName, Key: { id: `reference/${shown}` } }));
  const id = owner.Item?.submissionId;
  if (typeof id !== "string") return [];
  const { Item } = await db.send(
    new GetCommand({ TableName, Key: { id }, ProjectionExpression: "writtenBy" }),
  );
  const jobId = Item?.writtenBy;
  return typeof jobId === "string" ? [{ address: jobAddress(jobId), what: `Mail ${shown}` }] : [];
}

async function byGroup({ db, names, seals }: JobsSource & { seals: Seals }, group: string): Promise<Found[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: names.tables.jobs,
      IndexName: "byGroup",
      KeyConditionExpression: "#group = :group",
      ExpressionAttributeNames: { "#group": "group" },
      ExpressionAttributeValues: { ":group": group },
      ScanIndexForward: false,
      Limit: mostGroups,
    }),
  );
  const kinds = new Set(Items.map(({ jobId }) => String(jobId).split("/")[0] ?? ""));
  const { shown, ref } = named(group, { seals, reveal: false });
  return [...kinds].map((kind) => ({
    address: groupAddress(kind, ref),
    what: `Group ${shown} of ${kind}`,
  }));
}
