// Counts words in the simplest way. Shares no code with what it judges.

const whiteSpace = /\p{White_Space}+/u;

/** Words in order of first appearance, each with its number of occurrences. */
export function referenceCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(whiteSpace)) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The expected table after each text was counted once with `factor` per occurrence; sorted. */
export function referenceTable(texts: Iterable<string>, factor: number): [string, number][] {
  const sums = new Map<string, number>();
  for (const text of texts)
    for (const [word, count] of referenceCounts(text)) sums.set(word, (sums.get(word) ?? 0) + count * factor);
  return [...sums].sort(byWord);
}

/** Orders entries by word. */
export const byWord = ([a]: [string, number], [b]: [string, number]) => (a < b ? -1 : a > b ? 1 : 0);
