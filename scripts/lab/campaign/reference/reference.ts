// What the cloud must contain at the end, computed from the producers' log alone, without any worker code path.
import { answerSlack } from "../../../../worker/jobs/words/answer-slack/job.ts";
import type { PlannedInput } from "../plan/inputs.ts";
import { wordsOf } from "../produce/contents.ts";
import { type ProducedInput, producedOf } from "../produce/producer-log.ts";
import { answerPath } from "../world/slack.ts";
import type { ExpectedSharing } from "./compare-files.ts";
import { expectedFiles, expectedPacks } from "./files.ts";

/** The expected picture of one key. */
export type ExpectedPicture =
  | { state: "ready" | "removed"; versionId: string }
  | { state: "refused"; versionId: string };

/** The expected content of tables and buckets. */
export type Expected = {
  pictures: ReadonlyMap<string, ExpectedPicture>;
  /** Pictures in each album now, and the most it ever had. */
  albums: ReadonlyMap<string, { pictures: number; peak: number }>;
  /** Each as `album threshold`. */
  sheets: ReadonlySet<string>;
  /** Versions that must still be in the uploads bucket. */
  originals: ReadonlySet<string>;
  /** Distinct mails that were stored, by their content's number. */
  mails: ReadonlySet<number>;
  refusedMails: number;
  /** Mails that tell someone of a shared file. */
  shareMails: number;
  /** Jobs that answer slash commands, and the path each posts to. */
  answers: ReadonlyMap<string, string>;
  /** The expected count of every word. */
  words: ReadonlyMap<string, number>;
  /** How often count-words counted every word, which it also does by the hour. */
  wordsByHour: ReadonlyMap<string, number>;
  sharing: ExpectedSharing;
};

const albumOf = (key: string) => key.slice(0, key.lastIndexOf("/"));

const picturesPerSheet = 10;

/**
 * Computes the expectation from the log.
 * @param redriven jobs that an operator redrove after fixing their cause
 */
export function reference(log: readonly ProducedInput[], redriven: ReadonlySet<string>): Expected {
  const pictures = new Map<string, ExpectedPicture>();
  const originals = new Set<string>();
  for (const { input, versionId, jobIds } of producedOf(log, "picture")) {
    const { key, fate } = input;
    const failsForGood =
      fate === "hostile" ||
      ((fate === "poisoned" || fate === "crashing") && !jobIds.some((jobId) => redriven.has(jobId)));
    if (fate === "refused" || failsForGood) originals.add(versionId);
    if (fate === "refused") pictures.set(key, { state: "refused", versionId });
    if (fate === "ready" || fate === "overwritten" || fate === "withheld")
      pictures.set(key, { state: "ready", versionId });
  }
  const peaks = countByAlbum(pictures);
  for (const { input } of producedOf(log, "removal")) {
    const shown = pictures.get(input.key);
    if (shown?.state === "ready") pictures.set(input.key, { ...shown, state: "removed" });
  }
  const now = countByAlbum(pictures);
  const mails = producedOf(log, "mail").map(({ input }) => input);
  return {
    pictures,
    albums: new Map([...peaks].map(([album, peak]) => [album, { pictures: now.get(album) ?? 0, peak }])),
    sheets: new Set([
      ...[...peaks].flatMap(([album, peak]) => thresholds(peak).map((at) => `${album} ${at}`)),
      ...producedOf(log, "sheet").map(({ input }) => `${input.album} ${input.threshold}`),
    ]),
    originals,
    mails: new Set(mails.filter(({ fate }) => fate === "stored").map(({ content }) => content)),
    words: countedWords(log, ({ to }) => (to === undefined ? perOccurrenceByAll : perOccurrence[to])),
    wordsByHour: countedWords(log, ({ to }) =>
      to === undefined || to === "count-words" ? perOccurrence["count-words"] : 0,
    ),
    answers: new Map(
      producedOf(log, "words").flatMap(({ input, jobIds }) =>
        jobIds
          .filter((jobId) => jobId.startsWith(`${answerSlack.kind}/`))
          .map((jobId) => [jobId, answerPath(input.n)] as const),
      ),
    ),
    sharing: { files: expectedFiles(log), packs: expectedPacks(log) },
    shareMails: producedOf(log, "share").length,
    refusedMails: mails.filter(({ fate }) => fate === "refused").length,
  };
}

/** What each subscriber adds per occurrence. */
const perOccurrence = { "count-words": 1, "multiply-words": 10, "log-words": 0, "answer-slack": 0 };
const perOccurrenceByAll = 11;

type Words = Extract<PlannedInput, { kind: "words" }>;

function countedWords(log: readonly ProducedInput[], addedBy: (input: Words) => number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { input } of producedOf(log, "words")) {
    const added = addedBy(input);
    for (const word of wordsOf(input)) if (added > 0) counts.set(word, (counts.get(word) ?? 0) + added);
  }
  return counts;
}

function countByAlbum(pictures: ReadonlyMap<string, ExpectedPicture>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [key, { state }] of pictures)
    if (state === "ready") counts.set(albumOf(key), (counts.get(albumOf(key)) ?? 0) + 1);
  return counts;
}

const thresholds = (peak: number) =>
  Array.from({ length: Math.floor(peak / picturesPerSheet) }, (_, index) => (index + 1) * picturesPerSheet);
