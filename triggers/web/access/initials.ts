// The letters that stand for a person in a small circle.

/** The first letters of the first and the last word of a name, or the first of an address. Never empty. */
export function initialsOf(name: string, address: string): string {
  const words = name.split(/[\s\-_.]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? address];
  const letters = chosen.map((word = "") => /[\p{L}\p{N}]\p{M}*/u.exec(word)?.[0] ?? "");
  return letters.join("").toLocaleUpperCase("en") || "?";
}
