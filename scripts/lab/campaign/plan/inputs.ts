// What people send during a campaign: pictures (some replaced under the same key), mails, genuine and stale removals,
// unreadable messages, files and what is done with them.

import { type PlannedFileInput, planFiles } from "./files.ts";
import { type NewerForm, newerForms } from "./newer-messages.ts";
import { largeRun } from "./outages.ts";
import { type PlannedPicture, planPictures } from "./pictures.ts";
import type { Random } from "./random.ts";

/**
 * One input.
 * `mail`: mails with the same `content` are the same mail received twice.
 * `stale-removal`: the event of a removal that was undone long ago. `removal`: a person deletes a result, in the second
 * phase, when all pictures are there.
 * `words`: a message in a channel, its words generated from `seed`. `resent` is sent to the counting queue once more. With
 * `to`, only one subscriber receives it. `answered` ones are slash commands, answered later with the waitUntilSettled counts.
 * `sheet`: a contact sheet that is due.
 * `garbage`: a message that is not a job, or of a version that is never built.
 */
export type PlannedInput =
  | PlannedPicture
  | { kind: "mail"; n: number; content: number; fate: "stored" | "refused" }
  | {
      kind: "words";
      channel: string;
      n: number;
      size: number;
      seed: number;
      resent: boolean;
      answered: boolean;
      to?: WordsSubscriber;
    }
  | { kind: "sheet"; album: string; threshold: number; revision: number }
  | { kind: "stale-removal"; key: string; n: number }
  | { kind: "removal"; key: string }
  | { kind: "garbage"; key: string; n: number; unbuilt?: NewerForm }
  | PlannedFileInput;

/** Inputs for which everything else must be there. */
export const isLater = ({ kind }: PlannedInput): boolean =>
  kind === "removal" || kind === "pack" || kind === "share" || kind === "expiry";

export type WordsSubscriber = "count-words" | "multiply-words" | "log-words";

/** One of this many messages is a slash command. */
const answeredEvery = 6;

/** Average number of jobs per message: three subscribers receive every one, plus the answer to slash commands. */
const jobsOfWords = 3 + 1 / answeredEvery;

/** Plans inputs that make about `jobs` jobs. */
export function planInputs(jobs: number, random: Random): PlannedInput[] {
  const uploads = Math.max(4, Math.round(jobs * 0.22));
  const mails = Math.max(2, Math.round(jobs * 0.1));
  const said = Math.max(2, Math.round(jobs * 0.1));
  const pictures = planPictures(uploads, random);
  const shown = [...new Set(pictures.filter(({ fate }) => fate === "ready").map(({ key }) => key))];
  const first = random.shuffled(shown).slice(0, Math.max(1, Math.ceil(shown.length / 4)));
  const files = planFiles(Math.round(jobs * 0.06), random);
  const stale = Math.max(
    1,
    jobs -
      files.uploads.length -
      files.later.length -
      pictures.length -
      2 * mails -
      Math.round(said * jobsOfWords) -
      Math.ceil(jobs / 100),
  );
  return [
    ...planUnbuilt(jobs, random.pick(first)),
    ...interleaved(
      [
        pictures,
        planMails(mails, random),
        files.uploads,
        planWords(said, random),
        Array.from({ length: stale }, (_, n) => ({
          kind: "stale-removal" as const,
          key: random.pick(first),
          n,
        })),
        Array.from({ length: Math.ceil(jobs / 250) }, (_, n) => ({
          kind: "garbage" as const,
          key: random.pick(first),
          n,
        })),
      ],
      random,
    ),
    ...random
      .shuffled(shown)
      .slice(0, Math.ceil(jobs / 150))
      .map((key) => ({ kind: "removal" as const, key })),
    ...files.later,
  ];
}

/**
 * Messages that no worker understands come first in large runs, so that the half-hour for which they are kept is over before
 * the end.
 */
function planUnbuilt(jobs: number, key: string): PlannedInput[] {
  if (jobs < largeRun) return [];
  return newerForms.map((unbuilt, n) => ({
    kind: "garbage",
    key: `unbuilt/${unbuilt}-${key}`,
    n: -1 - n,
    unbuilt,
  }));
}

function planMails(count: number, random: Random): PlannedInput[] {
  return Array.from({ length: count }, (_, n) => ({
    kind: "mail",
    n,
    content: n > 0 && random.next() < 0.1 ? random.whole(0, n - 1) : n,
    fate: n % 20 === 7 ? "refused" : "stored",
  }));
}

const channels = 8;

/** Every eighth message has more words than fit into one transaction. */
function planWords(count: number, random: Random): PlannedInput[] {
  return Array.from({ length: count }, (_, n) => ({
    kind: "words",
    channel: `channel-${random.whole(1, channels)}`,
    n,
    size: n % 8 === 3 ? random.whole(150, 350) : random.whole(1, 30),
    seed: random.whole(0, 2 ** 31),
    resent: random.next() < 0.1,
    answered: n % answeredEvery === 1,
  }));
}

/** Interleaves lists at random; each keeps its own order. */
function interleaved(lists: readonly (readonly PlannedInput[])[], random: Random): PlannedInput[] {
  const turns = random.shuffled(lists.flatMap((list, index) => list.map(() => index)));
  const places = lists.map(() => 0);
  return turns.map((index) => {
    const place = places[index] ?? 0;
    places[index] = place + 1;
    return lists[index]?.[place] as PlannedInput;
  });
}
