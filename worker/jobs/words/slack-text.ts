// The texts of replies in Slack: who said what, and every distinct word with its count, in order of first appearance.

/** Who said it: a name, or a user id to mention when Slack sends no name. */
export type Speaker = { name: string } | { id: string };

/** Slack truncates longer texts ("Posting messages": 40,000). */
export const maxReplyCharacters = 40_000;

/** Room for the first line and for the note at the end. */
const spareCharacters = 1000;

/** Room for a count. */
const countCharacters = 16;

/** Escapes Slack's markup, so that nobody can mention a channel through our reply. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The words that fit into a reply: the first ones, up to the first that does not fit. */
export function shownWords(words: Iterable<string>): string[] {
  const shown: string[] = [];
  let left = maxReplyCharacters - spareCharacters;
  for (const word of words) {
    // Do not escape a word that is longer than the whole reply.
    if (word.length > left) break;
    left -= escapeMarkup(word).length + countCharacters;
    if (left < 0) break;
    shown.push(word);
  }
  return shown;
}

/**
 * The text of a reply.
 * @param counts counts of the shown words; undefined when they could not be read in time
 * @param distinct the number of distinct words in the message
 */
export function replyText(
  by: Speaker,
  shown: readonly string[],
  counts: ReadonlyMap<string, number> | undefined,
  distinct: number,
): string {
  const who = nameOf(by);
  if (distinct === 0) return `${who} said no words.`;
  const lines = shown.map((word) =>
    counts === undefined ? escapeMarkup(word) : `${escapeMarkup(word)}: ${counts.get(word) ?? 0}`,
  );
  const notes = [
    ...furtherWords(distinct - shown.length),
    ...(counts === undefined ? ["(counted; the counts could not be read in time)"] : []),
  ];
  return [`${who} said:`, ...lines, ...notes].join("\n");
}

/** The text of the settled counts, once all subscribers are done. Shows the first of `words` that fit. */
export function settledText(words: readonly string[], counts: ReadonlyMap<string, number>): string {
  const shown = shownWords(words);
  const lines = shown.map((word) => `${escapeMarkup(word)}: ${counts.get(word) ?? 0}`);
  return ["Settled:", ...lines, ...furtherWords(words.length - shown.length)].join("\n");
}

function furtherWords(more: number): string[] {
  return more > 0 ? [`… and ${more} further ${more === 1 ? "word" : "words"}, counted as well`] : [];
}

/** Slack resolves the mention of a user id. Anything else is shown as text. */
function nameOf(by: Speaker): string {
  if ("name" in by) return escapeMarkup(by.name);
  return /^[UW][A-Z0-9]{1,30}$/.test(by.id) ? `<@${by.id}>` : "Somebody";
}
