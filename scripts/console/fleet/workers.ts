// The table of workers: state, what each runs, and slots.

import { type Html, html } from "../../../triggers/web/ui/html.ts";
import type { ScalingStatus, WorkerStatus } from "../../status/fleet-status.ts";
import { scalingInWords } from "../../status/scaling.ts";

/** One row per worker, or a sentence when there is none, and why the fleet has its size. */
export function workersView(workers: readonly WorkerStatus[], scaling: ScalingStatus | null): Html {
  const empty = html`<p class="empty">No worker is running. The fleet starts one when a job waits.</p>`;
  return html`<section class="card" id="workers" aria-labelledby="workers-title">
    <h2 id="workers-title">Workers</h2>
    ${workers.length === 0 ? empty : table(workers)}
    ${scaling === null ? "" : html`<p class="hint" id="scaling">${sentence(scalingInWords(scaling))}</p>`}
  </section>`;
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function table(workers: readonly WorkerStatus[]): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Worker</th>
        <th scope="col">State</th>
        <th scope="col">Version</th>
        <th scope="col" class="number">Busy slots</th>
      </tr>
    </thead>
    <tbody>
      ${workers.map(row)}
    </tbody>
  </table>`;
}

function row({ id, state, version, busySlots, idleSlots }: WorkerStatus): Html {
  const slots = busySlots + idleSlots;
  return html`<tr id="worker-${id}">
    <th scope="row" class="name">${id}</th>
    <td><span class="state ${state}">${state}</span></td>
    <td class="version">${version ?? "–"}</td>
    <td class="number">${slots === 0 ? "–" : html`${bar(busySlots, slots)} ${busySlots} of ${slots}`}</td>
  </tr>`;
}

const barWidth = 96;

/** The share of busy slots as a bar. It is an SVG, because the page's policy allows no inline style. */
function bar(busy: number, slots: number): Html {
  const gap = slots <= 24 ? 2 : 0;
  const width = (barWidth - gap * (slots - 1)) / slots;
  const cells = Array.from({ length: slots }, (_, index) => {
    const x = (index * (width + gap)).toFixed(2);
    const tone = index < busy ? "busy" : "free";
    return html`<rect class="${tone}" x="${x}" width="${width.toFixed(2)}" height="12" rx="${gap}" />`;
  });
  return html`<svg
    class="slots"
    aria-hidden="true"
    width="${barWidth}"
    height="12"
    viewBox="0 0 ${barWidth} 12"
  >
    ${cells}
  </svg>`;
}
