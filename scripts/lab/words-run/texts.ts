// Texts that break counters: names of object properties, invisible separators, words longer than a key.

/** Words with a special meaning in some language or library. */
export const treacherousWords = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "prototype",
  "null",
  "undefined",
  "NaN",
  "0",
  "-0",
  "count",
  "word",
  "#n",
  ":n",
  "👩‍👩‍👧‍👦",
  "👍🏽",
  "é",
  "e\u0301",
  "Straße",
  "STRASSE",
  "<@U1>",
  "a.b[c]",
  "\u200b",
  "\ufeff",
  "\u0000",
  "\u180e",
];

/** Every character with the property White_Space. */
export const separators = [
  ..."\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
];

/** A word of this many bytes. */
export const longWord = (bytes: number, letter = "x") => letter.repeat(bytes);

/** A message of this many distinct words. */
export const manyWords = (count: number, prefix = "word") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(" ");
