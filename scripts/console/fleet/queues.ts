// The table of queues: what waits, by kind, with the last half hour as a line.
import { type Html, html } from "../../../triggers/web/ui/html.ts";
import type { Pause } from "../../../worker/engine/pause/pauses.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";
import { ageInWords } from "../ui/time.ts";
import type { History, Series } from "./history.ts";
import { sparkline } from "./sparkline.ts";

/** One row per kind. */
export function queuesView(
  queues: readonly QueueStatus[],
  { history, pauses }: { history: History | undefined; pauses: readonly Pause[] },
): Html {
  return html`<section class="card" id="queues" aria-labelledby="queues-title">
    <h2 id="queues-title">Queues</h2>
    <table data-lines class="queues">
      <caption class="unseen">Queues by job kind</caption>
      <thead>
        <tr>
          <th scope="col">Job kind</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col" class="number">In flight</th>
          <th scope="col" class="number">Oldest</th>
          <th scope="col" class="number">Completed a minute</th>
          <th scope="col" class="number">Dead</th>
        </tr>
      </thead>
      <tbody>
        ${queues.map((queue) => row(queue, history, pauses))}
      </tbody>
    </table>
  </section>`;
}

function row(
  { kind, visible, inFlight, dead, oldestSeconds }: QueueStatus,
  history: History | undefined,
  pauses: readonly Pause[],
): Html {
  const own = history?.kinds[kind];
  const paused = pauses.filter((pause) => pause.kind === kind);
  const whole = paused.some(({ group }) => group === undefined);
  return html`<tr id="queue-${kind}">
    <th scope="row">
      <a href="/jobs?state=ended&kind=${kind}">${kind}</a>
      ${paused.length === 0 ? "" : html`<span class="badge warn">${whole ? "paused" : `${paused.length} groups paused`}</span>`}
    </th>
    ${count("Waiting", visible, "", own?.waiting)} ${count("In flight", inFlight)}
    <td data-label="Oldest" class="number ${oldestSeconds ? "" : "quiet"}">${ageInWords(oldestSeconds)}</td>
    ${count("Completed a minute", perMinute(own?.completed, history), "", own?.completed)} ${count("Dead", dead, "bad")}
  </tr>`;
}

/** Jobs a minute over the last minute that has ended. */
function perMinute(series: Series | undefined, history: History | undefined): number | null {
  if (series === undefined || history === undefined) return null;
  const periods = Math.max(1, Math.round(60 / history.periodSeconds));
  return series.slice(-1 - periods, -1).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function count(label: string, number: number | null, tone = "", series?: Series): Html {
  return html`<td data-label="${label}" class="number ${number ? tone : "quiet"}">
    ${sparkline(series)} ${number === null ? "–" : number.toLocaleString("en")}
  </td>`;
}
