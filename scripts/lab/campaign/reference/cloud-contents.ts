// What the cloud contains at the end: its tables and buckets, read completely, and what it sent out.
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import type { LocalClients } from "../../../local/cloud/identity.ts";
import type { CloudRecord } from "../log/record.ts";
import type { World } from "../world/world.ts";

/** What the cloud contains. */
export type CloudContents = {
  images: Record<string, unknown>[];
  albums: Record<string, unknown>[];
  sheets: Record<string, unknown>[];
  submissions: Record<string, unknown>[];
  outbox: Record<string, unknown>[];
  words: Record<string, unknown>[];
  wordHours: Record<string, unknown>[];
  outgoingMails: Record<string, unknown>[];
  /** How often SES accepted a mail, by the id of its row. */
  taken: ReadonlyMap<string, number>;
  /** How many posts reached Slack, by path. */
  slackPosts: ReadonlyMap<string, number>;
  /** Plans of large messages. None outlives its job. */
  plans: ObjectVersion[];
  jobs: Record<string, unknown>[];
  uploads: ObjectVersion[];
  results: ObjectVersion[];
  sheetObjects: ObjectVersion[];
  parts: ObjectVersion[];
  sharing: {
    files: Record<string, unknown>[];
    /** Rows of uploads; pictures have none in a campaign. */
    uploads: Record<string, unknown>[];
    packs: Record<string, unknown>[];
    quotas: Record<string, unknown>[];
    audit: Record<string, unknown>[];
    incoming: ObjectVersion[];
    secure: ObjectVersion[];
  };
};

type ObjectVersion = { key: string; versionId: string; current: boolean };

/** Reads tables and buckets completely. What SES accepted comes from the records. */
export async function readCloud({
  clients,
  names,
  recorder: { records },
  slack,
}: Pick<World, "clients" | "names" | "recorder" | "slack">): Promise<CloudContents> {
  const rows = (table: string) => rowsOf(clients, table);
  const versions = (bucket: string) => versionsIn(clients, bucket);
  const { tables, buckets } = names;
  return {
    images: await rows(tables.images),
    albums: await rows(tables.albums),
    sheets: await rows(tables.sheets),
    submissions: await rows(tables.submissions),
    outbox: await rows(tables.outbox),
    words: await rows(tables.words),
    wordHours: await rows(tables.wordHours),
    outgoingMails: await rows(tables.outgoingMails),
    taken: takenIn(records),
    slackPosts: slack.posts,
    plans: (await versions(buckets.plans)).filter(({ current }) => current),
    jobs: await rows(tables.jobs),
    uploads: await versions(buckets.uploads),
    results: await versions(buckets.results),
    sheetObjects: await versions(buckets.sheets),
    parts: await versions(buckets.parts),
    sharing: {
      files: await rows(tables.files),
      uploads: await rows(tables.uploads),
      packs: await rows(tables.packs),
      quotas: await rows(tables.quotas),
      audit: await rows(tables.audit),
      incoming: await versions(buckets.incoming),
      secure: await versions(buckets.secure),
    },
  };
}

function takenIn(records: readonly CloudRecord[]): Map<string, number> {
  const taken = new Map<string, number>();
  for (const record of records)
    if (record.what === "mail") taken.set(record.mailId, (taken.get(record.mailId) ?? 0) + 1);
  return taken;
}

async function rowsOf({ db }: LocalClients, TableName: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName, ConsistentRead: true }))
    rows.push(...Items);
  return rows;
}

async function versionsIn({ s3 }: LocalClients, Bucket: string): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  let after: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, ...after }));
    for (const { Key: key = "", VersionId: versionId = "", IsLatest: current = false } of page.Versions ?? [])
      found.push({ key, versionId, current });
    if (!page.IsTruncated) return found;
    after = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}
