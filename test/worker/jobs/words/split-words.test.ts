// Splits texts into words and compares with the Unicode property.
import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceCounts } from "../../../../scripts/lab/words-run/reference.ts";
import { separators, treacherousWords } from "../../../../scripts/lab/words-run/texts.ts";
import { countWords, eachWord } from "../../../../worker/jobs/words/split-words.ts";

const wordsOf = (text: string) => {
  const words: string[] = [];
  eachWord(text, (word) => words.push(word));
  return words;
};

test("exactly the characters with the property White_Space separate words", () => {
  const separating: string[] = [];
  for (let code = 0; code < 0x10000; code += 1) {
    const character = String.fromCharCode(code);
    if (wordsOf(`a${character}b`).length === 2) separating.push(character);
  }
  expect(separating).toEqual(separators);
  // No such character is beyond the first 65,536.
  expect(/\p{White_Space}/u.test("\u{10000}")).toBe(false);
});

test("case and punctuation are kept, and separators at the ends or in a row add no word", () => {
  expect(wordsOf("  Hello, hello\u3000\n(World)! ")).toEqual(["Hello,", "hello", "(World)!"]);
  expect(wordsOf("")).toEqual([]);
  expect(wordsOf(separators.join(""))).toEqual([]);
});

test("difficult words are counted like any other, in order of first appearance", () => {
  const text = [...treacherousWords, ...treacherousWords.toReversed(), "count"].join("\u2028");
  const counts = countWords(text);
  expect([...counts.keys()]).toEqual(treacherousWords);
  expect(counts.get("__proto__")).toBe(2);
  expect(counts.get("count")).toBe(3);
});

test("any text gives the same words as splitting at the Unicode property", () => {
  const piece = fc.oneof(
    fc.constantFrom(...separators, ...treacherousWords),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("");
      expect([...countWords(text)]).toEqual([...referenceCounts(text)]);
    }),
    { numRuns: 500 },
  );
});
