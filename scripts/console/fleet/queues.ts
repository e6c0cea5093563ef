// The table of queues: what waits, by kind.

import { type Html, html } from "../../../triggers/web/ui/html.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";
import { ageInWords } from "../ui/time.ts";

/** One row per kind. */
export function queuesView(queues: readonly QueueStatus[]): Html {
  return html`<section class="card" id="queues" aria-labelledby="queues-title">
    <h2 id="queues-title">Queues</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Job kind</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col" class="number">In flight</th>
          <th scope="col" class="number">Dead</th>
          <th scope="col" class="number">Oldest</th>
        </tr>
      </thead>
      <tbody>
        ${queues.map(row)}
      </tbody>
    </table>
  </section>`;
}

function row({ kind, visible, inFlight, dead, oldestSeconds }: QueueStatus): Html {
  return html`<tr id="queue-${kind}">
    <th scope="row">${kind}</th>
    ${count(visible)} ${count(inFlight)} ${count(dead, "bad")}
    <td class="number ${oldestSeconds ? "" : "quiet"}">${ageInWords(oldestSeconds)}</td>
  </tr>`;
}

function count(number: number, tone = ""): Html {
  return html`<td class="number ${number === 0 ? "quiet" : tone}">${number}</td>`;
}
