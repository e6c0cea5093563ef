// The bytes that are sent: tiny pictures and mails, each distinct.
import sharp from "sharp";
import { hostileMark } from "../mutants/edited-sources.ts";
import type { PlannedInput } from "../plan/inputs.ts";
import { randomOf } from "../plan/random.ts";

const colours = 16;

/** Tiny PNG files, one per colour. */
export async function tinyPictures(): Promise<Buffer[]> {
  return Promise.all(
    Array.from({ length: colours }, (_, n) =>
      sharp({
        create: { width: 12, height: 8, channels: 3, background: { r: n * 16, g: 255 - n * 16, b: 128 } },
      })
        .png()
        .toBuffer(),
    ),
  );
}

/** A file that no decoder accepts as a picture. */
export const noPicture = Buffer.from("this is no picture");

const attacks = [
  "seal-folder",
  "seal-directory",
  "swap-directory",
  "drop-directory",
  "deep-folders",
  "many-files",
  "close-pipe",
];

/** A file whose decoder, once built to obey it, attacks its worker. */
export const hostilePicture = (n: number): Buffer =>
  Buffer.from(`${hostileMark}${attacks[n % attacks.length]}\n`);

/** A mail with a text and one attachment. */
export function tinyMail(content: number): Buffer {
  const lines = [
    `From: Author ${content} <author-${content}@example.org>`,
    "To: submissions@magazine.example",
    `Message-ID: <story-${content}@example.org>`,
    "Date: Mon, 02 Nov 2026 10:00:00 +0000",
    `Subject: Story ${content}`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="edge"',
    "",
    "--edge",
    "Content-Type: text/plain; charset=utf-8",
    "",
    `Once upon a time, for the ${content}th time.`,
    "--edge",
    "Content-Type: application/octet-stream",
    `Content-Disposition: attachment; filename="story-${content}.bin"`,
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(`attachment of story ${content}`).toString("base64"),
    "--edge--",
    "",
  ];
  return Buffer.from(lines.join("\r\n"));
}

const vocabulary = 400;
const awkward = [
  "constructor",
  "__proto__",
  "toString",
  "\u{1f600}",
  "\ufeff",
  "x".repeat(600),
  "\u00e9",
  "e\u0301",
];
const separators = [" ", "\n", "\t", "\u00a0", "\u3000", "\u2028", "  "];

/** The words of a message, in order: a few frequent, many rare, some awkward. */
export function wordsOf({ seed, size }: Extract<PlannedInput, { kind: "words" }>): string[] {
  const { next, pick } = randomOf(seed);
  return Array.from({ length: size }, () =>
    next() < 0.05 ? pick(awkward) : `word${Math.floor(vocabulary * next() ** 2)}`,
  );
}

/** The message's text. */
export function textOf(input: Extract<PlannedInput, { kind: "words" }>): string {
  const { pick } = randomOf(input.seed + 1);
  return wordsOf(input)
    .map((word) => `${word}${pick(separators)}`)
    .join("");
}
