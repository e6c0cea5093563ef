// The pure functions of resize-image: sizes, formats, order of events, variants.
import fc from "fast-check";
import { expect, test } from "vitest";
import { bestFit } from "../../../../../worker/jobs/pictures/resize-image/child/fit.ts";
import {
  contentTypes,
  recognise,
  resultFormat,
} from "../../../../../worker/jobs/pictures/resize-image/picture-format.ts";
import { sortableSequencer } from "../../../../../worker/jobs/pictures/resize-image/sequencer.ts";
import { variants } from "../../../../../worker/jobs/pictures/resize-image/variants.ts";

const side = fc.integer({ min: 1, max: 100_000 });
const boxSide = fc.integer({ min: 1, max: 2000 });

test("one side equals the box's, no side exceeds it or is 0, and no other whole-pixel size is nearer to the ratio", () => {
  fc.assert(
    fc.property(side, side, boxSide, boxSide, (width, height, boxWidth, boxHeight) => {
      const size = bestFit({ width, height }, { width: boxWidth, height: boxHeight });
      expect(size.width === boxWidth || size.height === boxHeight).toBe(true);
      expect(size.width).toBeLessThanOrEqual(boxWidth);
      expect(size.height).toBeLessThanOrEqual(boxHeight);
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
      const scale = Math.min(boxWidth / width, boxHeight / height);
      const off = (got: number, exact: number) => (exact < 0.5 ? got - 1 : Math.abs(got - exact));
      expect(off(size.width, width * scale)).toBeLessThanOrEqual(0.5 + 1e-9);
      expect(off(size.height, height * scale)).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
  );
});

test("a picture that already fits the box keeps its size", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (other) => {
      const box = { width: 400, height: 400 };
      expect(bestFit({ width: 400, height: other }, box)).toEqual({ width: 400, height: other });
      expect(bestFit({ width: other, height: 400 }, box)).toEqual({ width: other, height: 400 });
    }),
  );
});

/** S3's rule: pad the shorter one with zeros on the right, then compare as text. */
function comparedByRule(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  const [a, b] = [one.padEnd(length, "0"), other.padEnd(length, "0")];
  return a < b ? -1 : a > b ? 1 : 0;
}

const sequencer = fc.stringMatching(/^[0-9A-F]{0,64}$/);

test("sortable sequencers sort by S3's rule, with any length and case", () => {
  fc.assert(
    fc.property(sequencer, sequencer, fc.boolean(), (one, other, lower) => {
      const [a, b] = [sortableSequencer(lower ? one.toLowerCase() : one), sortableSequencer(other)];
      expect(a < b ? -1 : a > b ? 1 : 0).toBe(comparedByRule(one, other));
    }),
  );
});

test("a file without a picture's first bytes is not recognised", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 64 }), (text) => {
      expect(recognise(Buffer.from(`<${text}`))).toBeUndefined();
    }),
  );
});

test.each([
  ["jpeg", "\xff\xd8\xff\xe1"],
  ["png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
  ["webp", "RIFF\x10\0\0\0WEBPVP8 "],
  ["gif", "GIF89a"],
  ["gif", "GIF87a"],
  ["avif", "\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"],
  ["avif", "\0\0\0\x1cftypmif1\0\0\0\0miafavif"],
  ["tiff", "II*\0\x08\0\0\0"],
  ["tiff", "MM\0*\0\0\0\x08"],
  ["tiff", "MM\0+\0\x08\0\0"],
  [undefined, "RIFF\x10\0\0\0WAVEfmt "],
  ["heif", "\0\0\0\x1cftypheic\0\0\0\0heicmif1"],
  ["heif", "\0\0\0\x18ftypmif1\0\0\0\0mif1miaf"],
  ["heif", "\0\0\0\x1cftypmsf1\0\0\0\0isomhevc"],
  ["heif", "\0\0\0\x10ftypmif3heic\0\0\0\x20mini"],
  ["bmp", "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"],
  ["bmp", "BM\x46\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0"],
  [undefined, "BMW and other cars, a list"],
  [undefined, "BM"],
  [undefined, "\0\0\0\x18ftypmp42\0\0\0\0mp42isom"],
  [undefined, "ftyp"],
  [undefined, ""],
] as const)("%s is what starts with %j", (format, bytes) => {
  expect(recognise(Buffer.from(bytes, "latin1"))).toBe(format);
});

test("results have a format that browsers show, and transparency is never lost", () => {
  for (const source of ["jpeg", "png", "webp", "gif", "avif", "tiff", "heif", "bmp"] as const) {
    for (const frames of [1, 2]) {
      for (const alpha of [true, false]) {
        const format = resultFormat(source, { frames, alpha });
        expect(contentTypes).toHaveProperty(format);
        if (alpha && source !== "jpeg") expect(format).not.toBe("jpeg");
        if (frames > 1 && (source === "gif" || source === "png")) expect(format).toBe("webp");
      }
    }
  }
});

test("variants never write to the same key, and the first keeps the upload's", () => {
  const keys = variants.map(({ keyOf }) => keyOf("album/cat.jpg"));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys[0]).toBe("album/cat.jpg");
});
