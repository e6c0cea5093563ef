// The mutators: the same seed gives the same input, inputs stay small, and the mutations are useful.
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nestedMail, tnefMail } from "../../../../scripts/lab/fuzz/containers.ts";
import { mostBytes, mutateBytes } from "../../../../scripts/lab/fuzz/mutate/bytes.ts";
import { mutateJson } from "../../../../scripts/lab/fuzz/mutate/json.ts";
import { mutateMail } from "../../../../scripts/lab/fuzz/mutate/mail.ts";
import { mutatePicture } from "../../../../scripts/lab/fuzz/mutate/picture.ts";
import { piecesOf } from "../../../../scripts/lab/fuzz/mutate/pieces.ts";
import { heicSeeds } from "../../../../scripts/lab/fuzz/picture-seeds.ts";
import { choicesOf } from "../../../../scripts/lab/fuzz/random.ts";
import { mailSeeds, pictureSeeds } from "../../../../scripts/lab/fuzz/seeds.ts";
import { recognise } from "../../../../worker/jobs/pictures/resize-image/picture-format.ts";

const pictures = await pictureSeeds();
const mails = mailSeeds();
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test("a mutated picture or mail follows from seed and run alone, stays small, and leaves its origin unchanged", () => {
  fc.assert(
    fc.property(seed, seed, (first, run) => {
      for (const [mutate, seeds] of [
        [mutatePicture, pictures],
        [mutateMail, mails],
      ] as const) {
        const origin = seeds[run % seeds.length] ?? Buffer.alloc(0);
        const before = Buffer.from(origin);
        const once = mutate(origin, choicesOf(first, run));
        expect(mutate(origin, choicesOf(first, run)).equals(once)).toBe(true);
        expect(once.length).toBeLessThanOrEqual(mostBytes);
        expect(origin.equals(before)).toBe(true);
      }
    }),
  );
});

test("a mail with a mutated container follows from seed and run alone, and stays small", () => {
  fc.assert(
    fc.property(seed, seed, (first, run) => {
      for (const make of [tnefMail, nestedMail]) {
        const once = make(choicesOf(first, run));
        expect(make(choicesOf(first, run)).equals(once)).toBe(true);
        expect(once.length).toBeLessThanOrEqual(mostBytes);
      }
    }),
  );
});

test("no bytes make a mutator throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), seed, (bytes, run) => {
      const input = Buffer.from(bytes);
      for (const mutate of [mutateBytes, mutatePicture, mutateMail]) mutate(input, choicesOf(1, run));
    }),
  );
});

test("no JSON value makes its mutator throw, and the value is unchanged", () => {
  fc.assert(
    fc.property(fc.jsonValue(), seed, (value, run) => {
      const before = JSON.stringify(value);
      JSON.stringify(mutateJson(value, choicesOf(1, run)));
      expect(JSON.stringify(value)).toBe(before);
    }),
  );
});

test("every kind of picture splits into several pieces, in order, within the file", async () => {
  const formats = new Set<string>();
  for (const picture of [...pictures, ...(await heicSeeds())]) {
    const format = recognise(picture.subarray(0, 64));
    if (format === undefined || picture.length < 100) continue;
    formats.add(format);
    const pieces = piecesOf(picture);
    expect({ format, pieces: pieces.length }).toEqual({
      format,
      pieces: expect.toSatisfy((n: number) => n > 1),
    });
    for (const { from, to } of pieces) expect(from < to && to <= picture.length).toBe(true);
  }
  expect([...formats].sort()).toEqual(["avif", "gif", "heif", "jpeg", "png", "tiff", "webp"]);
});

test("most mutated PNGs have correct checksums, so that a decoder reads on", () => {
  const png = pictures.find((picture) => picture.readUInt32BE(0) === 0x89504e47) ?? Buffer.alloc(0);
  const right = Array.from({ length: 200 }, (_, run) => mutatePicture(png, choicesOf(3, run))).filter(
    (file) => {
      const [header] = piecesOf(file).filter(({ from, to }) => to - from >= 12);
      return (
        header && crc32(file.subarray(header.from + 4, header.to - 4)) === file.readUInt32BE(header.to - 4)
      );
    },
  );
  expect(right.length).toBeGreaterThan(100);
});
