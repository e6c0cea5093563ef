// The table of queues: what waits, by kind, with the last half hour as a line, and how long runs waited and took.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { counted } from "../../cli/format.ts";
import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";
import { meaningOf, type Term } from "../help/glossary.ts";
import { ageInWords, lengthInWords } from "../ui/time.ts";
import type { History, KindHistory, Percentiles, Series } from "./history.ts";
import { sparkline } from "./sparkline.ts";

const columns: readonly { words: string; term: Term }[] = [
  { words: "Waiting", term: "waiting" },
  { words: "In flight", term: "in-flight" },
  { words: "Oldest", term: "oldest" },
  { words: "Completed a minute", term: "completed" },
  { words: "Wait p50, p95", term: "wait" },
  { words: "Run p50, p95", term: "run" },
  { words: "Dead", term: "dead" },
];

/** One row per kind that has something, and one that names all others. */
export function queuesView(
  queues: readonly QueueStatus[],
  { history, pauses }: { history: History | undefined; pauses: readonly ToldPause[] },
): Html {
  const paused = (kind: string) => pauses.filter((pause) => pause.kind === kind);
  const [busy, quiet] = [
    queues.filter((queue) => !isQuiet(queue, history?.kinds[queue.kind], paused(queue.kind))),
    queues.filter((queue) => isQuiet(queue, history?.kinds[queue.kind], paused(queue.kind))),
  ];
  return html`<section class="card" id="queues" aria-labelledby="queues-title">
    <h2 id="queues-title">Queues</h2>
    <table data-lines class="list queues">
      <caption class="unseen">Queues by job kind, with the last half hour</caption>
      <thead>
        <tr>
          <th scope="col" title="${meaningOf("job")}">Job kind</th>
          ${columns.map(({ words, term }) => html`<th scope="col" class="number" title="${meaningOf(term)}">${words}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${busy.map((queue) => row(queue, history, paused(queue.kind)))} ${quiet.length === 0 ? nothing : quietRow(quiet)}
      </tbody>
    </table>
  </section>`;
}

/** True for a kind of which nothing is there, nothing was in the last half hour, and nothing is paused. */
function isQuiet(
  { visible, inFlight, dead }: QueueStatus,
  own: KindHistory | undefined,
  paused: readonly ToldPause[],
): boolean {
  const was = [...(own?.waiting ?? []), ...(own?.completed ?? []), ...(own?.dead ?? [])];
  return visible + inFlight + dead + paused.length === 0 && was.every((value) => (value ?? 0) === 0);
}

function quietRow(quiet: readonly QueueStatus[]): Html {
  return html`<tr id="queue-others">
    <td colspan="8" class="quiet">
      Nothing now, and nothing in the charts:
      ${quiet.map(({ kind }, index) => html`${index === 0 ? "" : ", "}<a href="/jobs?state=ended&kind=${kind}">${kind}</a>`)}
    </td>
  </tr>`;
}

function row(
  { kind, visible, inFlight, dead, oldestSeconds }: QueueStatus,
  history: History | undefined,
  paused: readonly ToldPause[],
): Html {
  const own = history?.kinds[kind];
  const whole = paused.some(({ group }) => group === undefined);
  return html`<tr id="queue-${kind}">
    <th scope="row">
      <a href="/jobs?state=ended&kind=${kind}">${kind}</a>
      ${paused.length === 0 ? "" : html`<span class="badge warn">${whole ? "paused" : `${counted(paused.length, "group")} paused`}</span>`}
    </th>
    ${count("Waiting", visible, own?.waiting)} ${count("In flight", inFlight, own?.["in flight"])}
    <td data-label="Oldest" class="number ${oldestSeconds ? "" : "quiet"}">
      <span class="together">${sparkline(own?.oldest)} ${ageInWords(oldestSeconds)}</span>
    </td>
    ${count("Completed a minute", perMinute(own, history), own?.completed.slice(0, -1))}
    ${percentilesCell("Wait p50, p95", own?.wait)} ${percentilesCell("Run p50, p95", own?.run)}
    ${count("Dead", dead, own?.dead, "bad")}
  </tr>`;
}

/** Jobs a minute over the last minute that has ended. */
function perMinute(own: KindHistory | undefined, history: History | undefined): number | null {
  if (own === undefined || history === undefined) return null;
  const periods = Math.max(1, Math.round(60 / history.periodSeconds));
  return own.completed.slice(-1 - periods, -1).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function percentilesCell(label: string, found: Percentiles | undefined): Html {
  const known = found !== undefined && found.p50 !== null && found.p95 !== null;
  return html`<td data-label="${label}" class="number ${known ? "" : "quiet"}">
    ${known ? html`${lengthInWords(found.p50 ?? 0)}, ${lengthInWords(found.p95 ?? 0)}` : "–"}
  </td>`;
}

function count(label: string, number: number | null, series?: Series, tone = ""): Html {
  return html`<td data-label="${label}" class="number ${number ? tone : "quiet"}">
    <span class="together">${sparkline(series)} ${number === null ? "–" : number.toLocaleString("en")}</span>
  </td>`;
}
