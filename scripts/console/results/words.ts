// The most frequent words: rank, word, count.

import { field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { WordCount } from "../../../worker/jobs/words/word-row.ts";

/** Finds how often one word was said, as a whole and exactly as it was written. */
export function wordSearch(asked: WordCount | undefined): Html {
  return html`<section class="card stack" aria-label="Find a word">
    <form class="search" action="/results/words">
      ${field({ name: "word", label: "How often was this word said?", type: "search", maxLength: longestAsked, wide: true })}
      <button class="button">Find</button>
    </form>
    ${asked === undefined ? nothing : html`<p role="status"><bdi><strong>${shownWord(asked.word)}</strong></bdi> ${timesSaid(asked.count)}</p>`}
  </section>`;
}

const timesSaid = (count: number): string =>
  count === 0
    ? "was never said."
    : `was said ${count.toLocaleString("en")} ${count === 1 ? "time" : "times"}.`;

/** Characters of a word that is asked for. */
export const longestAsked = 1000;

/** One row per word, or a sentence when there is none. */
export function wordsView(words: readonly WordCount[]): Html {
  const empty = html`<p class="empty">No words yet. Try <code>npm run submit -- --text "hello"</code></p>`;
  return html`<section class="card" id="words" aria-labelledby="words-title">
    <h2 id="words-title">Most frequent words</h2>
    ${words.length === 0 ? empty : table(words)}
  </section>`;
}

function table(words: readonly WordCount[]): Html {
  const most = words[0]?.count ?? 1;
  return html`<table>
    <thead>
      <tr>
        <th scope="col" class="rank">Rank</th>
        <th scope="col">Word</th>
        <td class="share" aria-hidden="true"></td>
        <th scope="col" class="number">Count</th>
      </tr>
    </thead>
    <tbody>
      ${words.map((word, index) => row(word, index + 1, most))}
    </tbody>
  </table>`;
}

function row({ word, count }: WordCount, rank: number, most: number): Html {
  return html`<tr id="word-${rank}">
    <td class="rank quiet">${rank}</td>
    <th scope="row" class="name"><bdi>${shownWord(word)}</bdi></th>
    <td class="share" aria-hidden="true">${bar(count / most)}</td>
    <td class="number">${count.toLocaleString("en")}</td>
  </tr>`;
}

/** How many characters of a word are shown. */
const longest = 60;

/** A visible form of a word: long words are cut, and a word of invisible characters is shown as code points. */
export function shownWord(word: string): string {
  const characters = [...word];
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(word))
    return characters
      .slice(0, 8)
      .map((one) => `U+${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`)
      .join(" ");
  if (characters.length <= longest) return word;
  return `${characters.slice(0, longest).join("")}… (${characters.length.toLocaleString("en")} characters)`;
}

const barWidth = 96;

/** A bar in proportion to the highest count. The number beside it says the same. */
function bar(share: number): Html {
  const width = Math.max(2, share * barWidth).toFixed(1);
  return html`<svg class="slots" width="${barWidth}" height="12" viewBox="0 0 ${barWidth} 12">
    <rect class="free" width="${barWidth}" height="12" rx="2" />
    <rect class="busy" width="${width}" height="12" rx="2" />
  </svg>`;
}
