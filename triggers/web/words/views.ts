// The leaderboard's page.
import { once } from "../../../worker/fleet/once.ts";
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import type { Page } from "../ui/page.ts";
import { type BoardPeriod, type BoardWord, shownCharacters } from "./board.ts";

type Board = { by: BoardPeriod; words: readonly BoardWord[]; hour: string };

const number = once(() => new Intl.NumberFormat("en"));

const boards = [
  { by: "total", name: "All time" },
  { by: "hour", name: "This hour" },
  { by: "before", name: "The hour before" },
] as const;

/** The page. Its list renews itself. */
export function leaderboardView({ by, words, hour }: Board): Page {
  return {
    title: "Words",
    styles: ["words.css"],
    scripts: ["live.js"],
    actions: wordSearch,
    main: html`<nav class="tabs" aria-label="Period">
        ${boards.map(
          (board) =>
            html`<a href="/words?by=${board.by}" ${board.by === by ? html`aria-current="page"` : ""}
              >${board.name}</a
            >`,
        )}
      </nav>
      <section class="card board" id="board" data-live="3">
        ${words.length === 0 ? emptyBoard(by) : list(words)}
        <p class="quiet">${explanation(by, hour)}</p>
      </section>`,
  };
}

/** The form that leads to a word's shape. */
export const wordSearch: Html = html`<form action="/words/shape" class="search" role="search">
  <label class="unseen" for="word">Word</label>
  <input id="word" name="word" required maxlength="500" placeholder="A word…" autocomplete="off" />
  <button>${icon("search")} Show</button>
</form>`;

/** A word, cut between characters if it is long. Its direction does not change that of the text around it. */
export function shownWord(word: string): Html {
  const characters = Array.from(word.slice(0, shownCharacters * 2));
  const cut = characters.slice(0, shownCharacters).join("");
  return html`<bdi>${cut}</bdi>${cut.length < word.length ? "…" : ""}`;
}

function list(words: readonly BoardWord[]): Html {
  const most = Math.max(1, ...words.map(({ count }) => count));
  return html`<ol class="words" data-keyed>
    ${words.map(
      ({ key, text, count }) =>
        html`<li data-key="${key}">
          <a href="/words/shape?word=${encodeURIComponent(key)}">${shownWord(text)}</a>
          <svg class="meter" aria-hidden="true" focusable="false">
            <rect width="${((100 * Math.max(0, count)) / most).toFixed(2)}%" height="100%" rx="3" />
          </svg>
          <strong>${number().format(count)}</strong>
        </li>`,
    )}
  </ol>`;
}

function emptyBoard(by: Board["by"]): Html {
  return html`<div class="empty">
    ${icon("trophy")}
    <p><strong>${by === "total" ? "Nobody has said anything yet." : "Nothing was said in this hour."}</strong></p>
    <p class="quiet">
      Words appear here when somebody speaks in a connected Slack channel. On a laptop this says something:
    </p>
    <p><code>npm run submit -- --text "hello world"</code>
    </p>
  </div>`;
}

function explanation(by: Board["by"], hour: string): string {
  if (by === "total")
    return "Points of all time: count-words adds 1 for each time a word is said, multiply-words adds 10.";
  const text = `${hour.slice(11, 13)}:00 UTC`;
  return by === "hour" ? `Times said since ${text}.` : `Times said in the hour that ended at ${text}.`;
}
