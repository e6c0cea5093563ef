// Holds what the cloud's tables and buckets say against the reference, and looks for rows that should not be there.
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../worker/resources.ts";
import type { LocalClients } from "../../local/identity.ts";
import type { CloudRecord } from "../log/record.ts";
import type { EffectMismatch } from "../oracle/evidence.ts";
import type { Expected } from "./reference.ts";

/** What was found in the cloud. */
export type Found = {
  images: Record<string, unknown>[];
  albums: Record<string, unknown>[];
  sheets: Record<string, unknown>[];
  submissions: Record<string, unknown>[];
  outbox: Record<string, unknown>[];
  words: Record<string, unknown>[];
  outgoingMails: Record<string, unknown>[];
  /** Mails SES took, by the id of their row. */
  taken: ReadonlyMap<string, number>;
  /** Plans of large messages; none outlives its job. */
  plans: ObjectVersion[];
  jobs: Record<string, unknown>[];
  uploads: ObjectVersion[];
  results: ObjectVersion[];
  sheetObjects: ObjectVersion[];
  parts: ObjectVersion[];
};

type ObjectVersion = { key: string; versionId: string; current: boolean };

/** Reads tables and buckets whole; what SES took is read off the records. */
export async function readCloud(
  clients: LocalClients,
  names: ResourceNames,
  records: readonly CloudRecord[],
): Promise<Found> {
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
    outgoingMails: await rows(tables.outgoingMails),
    taken: takenIn(records),
    plans: (await versions(buckets.plans)).filter(({ current }) => current),
    jobs: await rows(tables.jobs),
    uploads: await versions(buckets.uploads),
    results: await versions(buckets.results),
    sheetObjects: await versions(buckets.sheets),
    parts: await versions(buckets.parts),
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

/** Every difference between reference and cloud. */
export function compare(expected: Expected, found: Found, uploadsBucket: string): EffectMismatch[] {
  return [
    ...comparePictures(expected, found, uploadsBucket),
    ...compareAlbums(expected, found),
    ...compareSheets(expected, found),
    ...compareMails(expected, found),
    ...compareAnswers(expected, found),
    ...compareWords(expected, found),
    ...compareOriginals(expected, found),
  ];
}

const differs = (what: string, expected: unknown, actual: unknown, doubled = false): EffectMismatch[] =>
  JSON.stringify(expected) === JSON.stringify(actual) ? [] : [{ what, expected, found: actual, doubled }];

function comparePictures({ pictures }: Expected, { images, results }: Found, bucket: string) {
  const rows = new Map(images.map((row) => [row.id, row]));
  const shown = new Map(results.filter(({ current }) => current).map((one) => [one.key, one.versionId]));
  return [
    ...differs("rows of pictures", pictures.size, images.length, images.length > pictures.size),
    ...[...pictures].flatMap(([key, { state, versionId }]) => {
      const row = rows.get(`${bucket}/${key}`);
      const result = state === "ready" ? row?.resultVersionId : undefined;
      return [
        ...differs(`picture ${key}`, { state, versionId }, { state: row?.state, versionId: row?.versionId }),
        ...differs(`result of ${key}`, result, shown.get(key)),
      ];
    }),
  ];
}

function compareAlbums({ albums }: Expected, found: Found) {
  const rows = new Map(found.albums.map((row) => [row.album, row]));
  return [...albums].flatMap(([album, { pictures, peak }]) => {
    const row = rows.get(album);
    const more = Number(row?.pictures) > pictures || Number(row?.peak) > peak;
    return differs(`album ${album}`, { pictures, peak }, { pictures: row?.pictures, peak: row?.peak }, more);
  });
}

function compareSheets({ sheets }: Expected, found: Found) {
  const made = found.sheets.map(({ album, threshold }) => `${album} ${Number(threshold)}`);
  const objects = new Set(found.sheetObjects.map(({ versionId }) => versionId));
  return [
    ...differs("sheets", [...sheets].sort(), made.sort(), made.length > sheets.size),
    ...found.sheets.flatMap(({ album, threshold, versionId }) =>
      differs(`object of sheet ${album} ${threshold}`, true, objects.has(String(versionId))),
    ),
  ];
}

function compareMails({ mails, refusedMails }: Expected, { submissions, parts }: Found) {
  const rows = submissions.filter(({ state }) => state !== undefined && state !== "refused");
  const refused = submissions.filter(({ state }) => state === "refused").length;
  const subjects = rows.map(({ subject }) => String(subject)).sort();
  const expected = [...mails].map((content) => `Story ${content}`).sort();
  const stored = new Set(parts.map(({ key }) => key));
  const missing = rows.flatMap((row) =>
    (row.parts as { key: string }[]).filter(({ key }) => !stored.has(key)).map(({ key }) => key),
  );
  return [
    ...differs("submissions", expected, subjects, subjects.length > expected.length),
    ...differs("refused mails", refusedMails, refused, refused > refusedMails),
    ...differs("parts that are missing", [], missing),
  ];
}

/** Every author is answered at most once; a row that says sent was sent, one that says ambiguous may have been. */
function compareAnswers({ mails }: Expected, { outgoingMails, taken }: Found) {
  const known = new Set(outgoingMails.map(({ id }) => String(id)));
  return [
    ...differs("answers planned", mails.size, outgoingMails.length, outgoingMails.length > mails.size),
    ...outgoingMails.flatMap(({ id, state }) => {
      const times = taken.get(String(id)) ?? 0;
      if (state === "ambiguous") return differs(`ambiguous mail ${id}`, Math.min(times, 1), times, times > 1);
      return differs(`mail ${id}`, { state: "sent", times: 1 }, { state, times }, times > 1);
    }),
    ...[...taken.keys()]
      .filter((id) => !known.has(id))
      .map((id) => ({
        what: `mail ${id}`,
        expected: "a row",
        found: "none",
        doubled: true,
      })),
  ];
}

/** Mails of which nobody knows whether they were sent. */
export const ambiguousIn = ({ outgoingMails }: Found): number =>
  outgoingMails.filter(({ state }) => state === "ambiguous").length;

function compareWords({ words }: Expected, found: Found) {
  const counts = new Map(found.words.map(({ word, text = word, count }) => [String(text), Number(count)]));
  const all = new Set([...words.keys(), ...counts.keys()]);
  return [...all].flatMap((word) => {
    const [expected = 0, actual = 0] = [words.get(word), counts.get(word)];
    return differs(`count of ${word.slice(0, 40)}`, expected, actual, actual > expected);
  });
}

function compareOriginals({ originals }: Expected, { uploads }: Found) {
  return differs("originals kept", [...originals].sort(), uploads.map(({ versionId }) => versionId).sort());
}

/** Rows that no finished run leaves: jobs under way, follow-ups not relayed. */
export function orphanRows({ jobs, outbox, plans }: Found): string[] {
  return [
    ...plans.map(({ key }) => `the plan ${key} outlived its job`),
    ...jobs
      .filter(({ status }) => status === "running" || status === "waiting")
      .map(({ jobId, status }) => `the row of ${jobId} says ${status}`),
    ...outbox
      .filter(({ pending }) => pending !== undefined)
      .map(({ id }) => `follow-up ${id} waits in the outbox`),
  ];
}
