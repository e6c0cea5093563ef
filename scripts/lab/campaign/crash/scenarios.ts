// The jobs whose requests are crash points: one scenario per job kind, and one for messages with so many words that they
// are counted by a plan.
import type { JobKind } from "../../../../worker/jobs/catalog.ts";
import { shardOf } from "../../../../worker/jobs/files/rows/file-row.ts";
import { type PlannedFile, plannedId } from "../plan/files.ts";
import type { PlannedInput, WordsSubscriber } from "../plan/inputs.ts";

export type Scenario = {
  name: string;
  kind: JobKind;
  /** Kinds run by a second worker that is never killed. */
  others: readonly JobKind[];
  /** Inputs that must be processed before the first job. */
  prepared: readonly PlannedInput[];
  /** The nth job. Each makes the same requests as the others. */
  input: (n: number) => PlannedInput;
};

const picture = (key: string, colour: number): PlannedInput => ({
  kind: "picture",
  key,
  colour,
  fate: "ready",
});
const pictures = (album: string, count: number) =>
  Array.from({ length: count }, (_, n) => picture(`${album}/picture-${n}.png`, n % 16));

const said =
  (to: WordsSubscriber, size: number) =>
  (n: number): PlannedInput => ({
    kind: "words",
    channel: "crash",
    n: n + (size > 100 ? 100_000 : 0),
    size,
    seed: n,
    resent: false,
    answered: false,
    to,
  });

const file = (n: number, more: Partial<PlannedFile> = {}): PlannedFile => ({
  kind: "file",
  n,
  person: "ada",
  shard: "0",
  hours: 24,
  content: "text",
  fate: "stored",
  ...more,
});

/** Files to sweep, one for each pair of crash points. */
const sweepable = 420;

/** Hours between the expiry of one and of the next: more than pass on the workers' clock while all are stored and swept. */
const apartHours = 240;

/** More words than two transactions hold. */
const manyWords = 350;

/** Pictures to remove, one for each crash point. */
const removable = 96;

export const scenarios: readonly Scenario[] = [
  {
    name: "resize-image",
    kind: "resize-image",
    others: [],
    prepared: [],
    input: (n) => picture(`crash-${n}/picture.png`, n % 16),
  },
  {
    name: "remove-picture",
    kind: "remove-picture",
    others: ["resize-image", "contact-sheet"],
    prepared: pictures("removable", removable),
    input: (n) => ({ kind: "removal", key: `removable/picture-${n}.png` }),
  },
  {
    name: "contact-sheet",
    kind: "contact-sheet",
    others: ["resize-image"],
    prepared: pictures("sheets", 12),
    // Far beyond the thresholds the album reaches by itself.
    input: (n) => ({ kind: "sheet", album: "sheets", threshold: 10_000 + 10 * n, revision: 12 }),
  },
  {
    name: "parse-mail",
    kind: "parse-mail",
    others: ["send-mail"],
    prepared: [],
    input: (n) => ({ kind: "mail", n, content: n, fate: "stored" }),
  },
  {
    name: "send-mail",
    kind: "send-mail",
    others: ["parse-mail"],
    prepared: [],
    input: (n) => ({ kind: "mail", n, content: n, fate: "stored" }),
  },
  { name: "count-words", kind: "count-words", others: [], prepared: [], input: said("count-words", 20) },
  {
    name: "count-words by plan",
    kind: "count-words",
    others: [],
    prepared: [],
    input: said("count-words", manyWords),
  },
  {
    name: "multiply-words",
    kind: "multiply-words",
    others: [],
    prepared: [],
    input: said("multiply-words", 20),
  },
  { name: "log-words", kind: "log-words", others: [], prepared: [], input: said("log-words", 20) },
  {
    name: "answer-slack",
    kind: "answer-slack",
    others: ["count-words", "multiply-words", "log-words"],
    prepared: [],
    input: (n) => ({ kind: "words", channel: "crash", n, size: 20, seed: n, resent: false, answered: true }),
  },
  { name: "store-file", kind: "store-file", others: [], prepared: [], input: (n) => file(n) },
  {
    name: "store-file with a preview",
    kind: "store-file",
    others: [],
    prepared: [],
    input: (n) => file(n, { content: "picture" }),
  },
  {
    name: "refused store-file",
    kind: "store-file",
    others: [],
    prepared: [],
    input: (n) => file(n, { fate: "refused" }),
  },
  {
    name: "pack-files",
    kind: "pack-files",
    others: ["store-file"],
    prepared: [0, 1].map((n) => file(n, { shard: shardOf(plannedId("file", n)) })),
    input: (n) => ({ kind: "pack", n, person: "ada", files: [0, 1] }),
  },
  {
    name: "expire-files",
    kind: "expire-files",
    others: ["store-file"],
    prepared: Array.from({ length: sweepable }, (_, n) => file(n, { hours: apartHours * (n + 1) })),
    input: (n) => ({ kind: "expiry", shard: "0", hours: apartHours * (n + 1.5) }),
  },
];
