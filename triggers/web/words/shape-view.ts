// The page of one word: how often it was said in each hour, as bars and as a table.
import { once } from "../../../worker/fleet/once.ts";
import { hourStart, keptHours } from "../../../worker/jobs/words/hour-row.ts";
import { type WordCount, wordKey } from "../../../worker/jobs/words/word-row.ts";
import { countText } from "../store/words.ts";
import { type Html, html } from "../ui/html.ts";
import type { Page } from "../ui/page.ts";
import { shownWord, wordSearch } from "./views.ts";

/** Times said in one hour. */
export type Bar = { hour: string; count: number };

type Shape = WordCount & { bars: readonly Bar[] };

const number = once(() => new Intl.NumberFormat("en"));
const dayAndHour = once(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZone: "UTC",
    }),
);

/** Size of the plot in its own units. */
const plot = { width: 960, height: 240, left: 48, bottom: 28, top: 12 };

const periods = [
  { hours: 24, name: "Last day" },
  { hours: 48, name: "Last two days" },
  { hours: keptHours, name: "Last week" },
] as const;

/** The page. The plot renews itself. */
export function shapeView({ word, count, bars }: Shape): Page {
  const said = bars.reduce((sum, bar) => sum + bar.count, 0);
  const key = encodeURIComponent(wordKey(word));
  return {
    title: "Words",
    styles: ["words.css"],
    scripts: ["live.js"],
    actions: wordSearch,
    main: html`<p class="back"><a href="/words">All words</a></p>
      <nav class="tabs" aria-label="Period">
        ${periods.map(
          ({ hours, name }) =>
            html`<a
              href="/words/shape?word=${key}&amp;hours=${hours}"
              ${hours === bars.length ? html`aria-current="page"` : ""}
              >${name}</a
            >`,
        )}
      </nav>
      <section class="card" id="shape" data-live="10">
        <h2 class="word">${shownWord(word)}</h2>
        <p class="quiet">
          Said ${countText(said, "time")} in these hours. It has ${countText(count, "point")}
          of all time.
        </p>
        ${figure(bars, said)}
      </section>`,
  };
}

function figure(bars: readonly Bar[], said: number): Html {
  const peak = bars.reduce((most, bar) => (bar.count > most.count ? bar : most), { hour: "", count: 0 });
  const summary =
    said === 0 ? "Nobody said it." : `Most often ${dayOf(peak.hour)} UTC: ${countText(peak.count, "time")}.`;
  return html`<figure class="shape">
    ${drawing(bars, peak.count, summary)}
    <figcaption>${summary} Hours are in UTC and kept for a week.</figcaption>
    <details>
      <summary>As a table</summary>
      ${table(bars)}
    </details>
  </figure>`;
}

function drawing(bars: readonly Bar[], most: number, summary: string): Html {
  const { width, height, left, bottom, top } = plot;
  const step = (width - left) / bars.length;
  const room = height - bottom - top;
  const scale = niceMaximum(most);
  const yOf = (count: number) => top + room * (1 - count / scale);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Times said by hour. ${summary}">
    ${[0, scale / 2, scale].map(
      (level) =>
        html`<line class="grid" x1="${left}" x2="${width}" y1="${yOf(level)}" y2="${yOf(level)}" />
          <text class="axis" x="${left - 8}" y="${yOf(level) + 4}" text-anchor="end">${number().format(level)}</text>`,
    )}
    ${bars.map(({ hour, count }, index) => {
      const bar = count === 0 ? 0 : Math.max(2, (room * count) / scale);
      return html`<rect
        class="hour"
        x="${(left + index * step + step * 0.1).toFixed(1)}"
        y="${(top + room - bar).toFixed(1)}"
        width="${(step * 0.8).toFixed(1)}"
        height="${bar.toFixed(1)}"
      >
        <title>${dayOf(hour)}: ${number().format(count)}</title>
      </rect>`;
    })}
    ${labelled(bars).map(
      ({ hour, index }, place) =>
        html`<text class="axis ${place % 2 === 1 ? "second" : ""}" x="${(left + index * step).toFixed(1)}" y="${height - 8}">${dayOf(hour)}</text>`,
    )}
  </svg>`;
}

function table(bars: readonly Bar[]): Html {
  const shown = bars.filter(({ count }) => count > 0).reverse();
  if (shown.length === 0) return html`<p class="quiet">Nobody said it in these hours.</p>`;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Hour (UTC)</th>
        <th scope="col" class="number">Times said</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        ({ hour, count }) =>
          html`<tr>
            <td>${dayOf(hour)}</td>
            <td class="number">${number().format(count)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Four hours with a label, evenly apart. */
function labelled(bars: readonly Bar[]): { hour: string; index: number }[] {
  const apart = Math.ceil(bars.length / 4);
  return bars.flatMap(({ hour }, index) => (index % apart === 0 ? [{ hour, index }] : []));
}

/** The least even number of the form 2, 4, 10, 20, 40, 100 … that is not below a count, so half of it is whole. */
function niceMaximum(most: number): number {
  for (let ten = 1; ; ten *= 10) for (const step of [2, 4, 10]) if (step * ten >= most) return step * ten;
}

function dayOf(hour: string): string {
  return dayAndHour().format(hourStart(hour));
}
