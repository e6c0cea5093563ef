// What Slack is told, as it shows it: who said what, and every distinct word with its count, in order of first appearance.

/** Who said it: a name, or where Slack tells none an id to mention. */
export type Speaker = { name: string } | { id: string };

/** Slack cuts a message's text above this many characters ("Posting messages": 40,000). */
export const maxReplyCharacters = 40_000;

/** Room for the first line, and for the note at the end. */
const spareCharacters = 1000;

/** Digits a count may have. */
const countCharacters = 16;

/** Escapes what Slack would take for markup, so that nobody mentions a channel with somebody else's voice. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The words that fit a reply: the first ones, up to one that does not. */
export function shownWords(words: Iterable<string>): string[] {
  const shown: string[] = [];
  let left = maxReplyCharacters - spareCharacters;
  for (const word of words) {
    // A word may be longer than the whole message; escaping it would be in vain.
    if (word.length > left) break;
    left -= escaped(word).length + countCharacters;
    if (left < 0) break;
    shown.push(word);
  }
  return shown;
}

/**
 * The text of a reply.
 * @param counts of the shown words, in order; undefined where they could not be read in time
 * @param distinct number of distinct words in the message
 */
export function replyText(
  by: Speaker,
  shown: readonly string[],
  counts: ReadonlyMap<string, number> | undefined,
  distinct: number,
): string {
  const who = nameOf(by);
  if (distinct === 0) return `${who} said no word.`;
  const lines = shown.map((word) =>
    counts === undefined ? escaped(word) : `${escaped(word)}: ${counts.get(word) ?? 0}`,
  );
  const notes = [
    ...furtherWords(distinct - shown.length),
    ...(counts === undefined ? ["(counted; how often each was said could not be read in time)"] : []),
  ];
  return [`${who} said:`, ...lines, ...notes].join("\n");
}

/** The text of the settled counts, when all subscribers are done; all words, of which the first ones are shown. */
export function settledText(words: readonly string[], counts: ReadonlyMap<string, number>): string {
  const shown = shownWords(words);
  const lines = shown.map((word) => `${escaped(word)}: ${counts.get(word) ?? 0}`);
  return ["Settled:", ...lines, ...furtherWords(words.length - shown.length)].join("\n");
}

function furtherWords(more: number): string[] {
  return more > 0 ? [`… and ${more} further ${more === 1 ? "word" : "words"}, counted as well`] : [];
}

/** A mention of an id is Slack's to resolve; anything else is shown as text. */
function nameOf(by: Speaker): string {
  if ("name" in by) return escaped(by.name);
  return /^[UW][A-Z0-9]{1,30}$/.test(by.id) ? `<@${by.id}>` : "Somebody";
}
