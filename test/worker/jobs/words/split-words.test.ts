// What a word is, against the Unicode property itself.
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
  // There is none beyond the first 65,536.
  expect(/\p{White_Space}/u.test("\u{10000}")).toBe(false);
});

test("case and punctuation are kept, and separators at either end or in a row make no word", () => {
  expect(wordsOf("  Hello, hello\u3000\n(World)! ")).toEqual(["Hello,", "hello", "(World)!"]);
  expect(wordsOf("")).toEqual([]);
  expect(wordsOf(separators.join(""))).toEqual([]);
});

test("treacherous words are words like any other, counted in order of first appearance", () => {
  const text = [...treacherousWords, ...treacherousWords.toReversed(), "count"].join("\u2028");
  const counts = countWords(text);
  expect([...counts.keys()]).toEqual(treacherousWords);
  expect(counts.get("__proto__")).toBe(2);
  expect(counts.get("count")).toBe(3);
});

test("any text is counted as by splitting at the Unicode property", () => {
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
