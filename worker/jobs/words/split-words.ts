// Splits a text into words: runs of characters between Unicode white space, exactly as written. One pass, constant memory.

/** The characters with the Unicode property White_Space (PropList.txt). `\s` also has U+FEFF and lacks U+0085. */
const whiteSpace = [
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
  0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

/** All of them are below U+3001, so a lookup in a small table is enough. */
const lastWhiteSpace = 0x3000;
const isWhiteSpace = new Uint8Array(lastWhiteSpace + 1);
for (const code of whiteSpace) isWhiteSpace[code] = 1;

/** Calls `visit` with every word, in order. */
export function eachWord(text: string, visit: (word: string) => void): void {
  const { length } = text;
  let start = -1;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= lastWhiteSpace && isWhiteSpace[code] === 1) {
      if (start >= 0) visit(text.slice(start, index));
      start = -1;
    } else if (start < 0) start = index;
  }
  if (start >= 0) visit(text.slice(start));
}

/** Counts every distinct word, in order of first appearance. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  eachWord(text, (word) => counts.set(word, (counts.get(word) ?? 0) + 1));
  return counts;
}
