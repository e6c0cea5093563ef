import fc from "fast-check";
import { expect, test } from "vitest";
import {
  escapeMarkup,
  plainName,
  shorten,
  splitGraphemes,
} from "../../../../../../worker/jobs/pictures/contact-sheet/child/caption.ts";

test.each([
  ["beach at dawn.jpg", "beach at dawn.jpg"],
  ["  two\t\nlines .png ", "two··lines .png"],
  ["invoice\u202egnp.exe", "invoicegnp.exe"],
  ["zero\u200bwidth\ufeff.jpg", "zerowidth.jpg"],
  ["e\u0301te\u0301.jpg", "été.jpg"],
  ["写真 🐈.webp", "写真 🐈.webp"],
  ["", "(no name)"],
  ["\u200b\u202e", "(no name)"],
])("the name %j is written as %j", (name, written) => {
  expect(plainName(name)).toBe(written);
});

test("a character keeps at most two combining marks", () => {
  const marks = "\u0301\u0302\u0303\u0304\u0305";
  expect(Array.from(plainName(`x${marks}y`).normalize("NFC"))).toHaveLength(4);
});

test("a long name loses its middle and keeps its end", () => {
  const written = plainName(`${"a".repeat(200)}-0042.jpeg`);
  expect(splitGraphemes(written)).toHaveLength(80);
  expect(written).toMatch(/^a+…a*-0042\.jpeg$/);
});

test("any name becomes one line of visible characters within the limit, without markup", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      const written = plainName(name);
      expect(written).not.toBe("");
      expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(splitGraphemes(written).length).toBeLessThanOrEqual(81);
      expect(escapeMarkup(written).replace(/&(amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
    }),
    { numRuns: 2000 },
  );
});

test("shortening never returns more characters than requested", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 1 })),
      fc.integer({ min: 1, max: 50 }),
      (all, count) => {
        expect(Array.from(shorten(all, count)).length).toBeLessThanOrEqual(Math.max(count, 1));
      },
    ),
  );
});
