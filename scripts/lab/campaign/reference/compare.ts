// Compares the cloud's tables and buckets with the reference, and looks for rows that should not exist.
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import type { History } from "../log/history.ts";
import type { EffectMismatch } from "../oracle/evidence.ts";
import type { CloudContents } from "./cloud-contents.ts";
import { compareFiles } from "./compare-files.ts";
import type { Expected } from "./reference.ts";

/** Every difference between the reference and the cloud. */
export function compare(
  expected: Expected,
  found: CloudContents,
  { buckets }: Pick<ResourceNames, "buckets">,
): EffectMismatch[] {
  return [
    ...comparePictures(expected, found, buckets.uploads),
    ...compareAlbums(expected, found),
    ...compareSheets(expected, found),
    ...compareMails(expected, found),
    ...compareOutgoingMails(expected, found),
    ...compareSlackAnswers(expected, found),
    ...compareWords(expected, found),
    ...compareOriginals(expected, found),
    ...compareFiles(expected.sharing, found.sharing, { buckets }),
  ];
}

const differs = (what: string, expected: unknown, actual: unknown, doubled = false): EffectMismatch[] =>
  JSON.stringify(expected) === JSON.stringify(actual) ? [] : [{ what, expected, found: actual, doubled }];

function comparePictures({ pictures }: Expected, { images, results }: CloudContents, bucket: string) {
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

function compareAlbums({ albums }: Expected, found: CloudContents) {
  const rows = new Map(found.albums.map((row) => [row.album, row]));
  return [...albums].flatMap(([album, { pictures, peak }]) => {
    const row = rows.get(album);
    const more = Number(row?.pictures) > pictures || Number(row?.peak) > peak;
    return differs(`album ${album}`, { pictures, peak }, { pictures: row?.pictures, peak: row?.peak }, more);
  });
}

function compareSheets({ sheets }: Expected, found: CloudContents) {
  const made = found.sheets.map(({ album, threshold }) => `${album} ${Number(threshold)}`);
  const objects = new Set(found.sheetObjects.map(({ versionId }) => versionId));
  return [
    ...differs("sheets", [...sheets].sort(), made.sort(), made.length > sheets.size),
    ...found.sheets.flatMap(({ album, threshold, versionId }) =>
      differs(`object of sheet ${album} ${threshold}`, true, objects.has(String(versionId))),
    ),
  ];
}

function compareMails({ mails, refusedMails }: Expected, { submissions, parts }: CloudContents) {
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

/** Every author is answered, and every reader told of a file, at most once. A row that says sent was sent; one that says ambiguous may have been. */
function compareOutgoingMails({ mails, shareMails }: Expected, { outgoingMails, taken }: CloudContents) {
  const planned = mails.size + shareMails;
  const known = new Set(outgoingMails.map(({ id }) => String(id)));
  return [
    ...differs("mails planned", planned, outgoingMails.length, outgoingMails.length > planned),
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

/** How many mails may or may not have been sent. */
export const ambiguousIn = ({ outgoingMails }: CloudContents): number =>
  outgoingMails.filter(({ state }) => state === "ambiguous").length;

/**
 * Every slash command is answered at most once. A job that says sent was received once. For one that says ambiguous, either
 * is possible. What Slack refused, or what was too late to be posted, was not received.
 */
function compareSlackAnswers({ answers }: Expected, { slackPosts, jobs }: CloudContents) {
  const rows = new Map(jobs.map(({ jobId, result }) => [jobId, (result as { answer?: unknown })?.answer]));
  const unknown = [...slackPosts.keys()].filter((path) => ![...answers.values()].includes(path));
  return [
    ...differs("unknown addresses", [], unknown, true),
    ...[...answers].flatMap(([jobId, path]) => {
      const [answer, times] = [rows.get(jobId), slackPosts.get(path) ?? 0];
      if (answer === "ambiguous")
        return differs(`ambiguous answer ${path}`, Math.min(times, 1), times, times > 1);
      const untaken = answer === "refused" || answer === "expired";
      const wanted = untaken ? { answer, times: 0 } : { answer: "sent", times: 1 };
      return differs(`answer ${path}`, wanted, { answer, times }, times > 1);
    }),
  ];
}

function compareWords({ words, wordsByHour }: Expected, found: CloudContents) {
  return [
    ...compareCounts("count", words, found.words),
    ...compareCounts("hours", wordsByHour, found.wordHours),
  ];
}

/** Compares the sum of each word's rows. */
function compareCounts(what: string, expected: ReadonlyMap<string, number>, rows: Record<string, unknown>[]) {
  const counts = new Map<string, number>();
  for (const { word, text = word, count } of rows)
    counts.set(String(text), (counts.get(String(text)) ?? 0) + Number(count));
  const all = new Set([...expected.keys(), ...counts.keys()]);
  return [...all].flatMap((word) => {
    const [wanted = 0, actual = 0] = [expected.get(word), counts.get(word)];
    return differs(`${what} of ${word.slice(0, 40)}`, wanted, actual, actual > wanted);
  });
}

function compareOriginals({ originals }: Expected, { uploads }: CloudContents) {
  return differs("originals kept", [...originals].sort(), uploads.map(({ versionId }) => versionId).sort());
}

const isOpen = (status: unknown): boolean => status === "running" || status === "waiting";

/** Workers that could not name the job of a newer message noted under the message's id that they put it off. */
const isOfNewer = (jobId: string, known: History["jobs"]): boolean =>
  jobId.includes("/unreadable-") && !known.has(jobId);

/**
 * Rows that a finished run must not leave: running jobs, follow-ups not relayed, plans. A plan that a worker without a lease
 * stored after the job's end is not for any worker to remove: the bucket's lifecycle rule does that.
 */
export function orphanRows(
  { jobs, outbox, plans }: CloudContents,
  { records, jobs: known }: History,
): string[] {
  const storedAt = new Map(
    records.flatMap((record) => (record.what === "put" ? [[record.versionId, record.seq] as const] : [])),
  );
  const late = ({ key, versionId }: CloudContents["plans"][number]) => {
    const ends = known.get(key.replace(/\.json$/, ""))?.ends ?? [];
    return ends.some(({ seq }) => seq < (storedAt.get(versionId) ?? 0));
  };
  return [
    ...plans.filter((plan) => !late(plan)).map(({ key }) => `the plan ${key} outlived its job`),
    ...jobs
      .filter(({ status, jobId }) => isOpen(status) && !isOfNewer(String(jobId), known))
      .map(({ jobId, status }) => `the row of ${jobId} says ${status}`),
    ...outbox
      .filter(({ pending }) => pending !== undefined)
      .map(({ id }) => `follow-up ${id} waits in the outbox`),
  ];
}
