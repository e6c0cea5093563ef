// The table of workers: state, version, slots, and what runs in each for how long.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { WorkerStatus } from "../../status/fleet-status.ts";
import { troubleInWords } from "../../status/troubles.ts";
import { meaningOf } from "../help/glossary.ts";
import { jobAddress } from "../jobs/filter.ts";
import { lengthInWords } from "../ui/time.ts";
import type { SlotJob } from "./running.ts";

/** Jobs of a worker that are shown. */
const shownJobs = 8;

/** One row per worker, or a sentence when there is none. */
export function workersView(
  workers: readonly WorkerStatus[],
  { running, now }: { running: readonly SlotJob[]; now: number },
): Html {
  const empty = html`<p>No worker is running. The fleet starts one when a job waits.</p>`;
  return html`<section class="card" id="workers" aria-labelledby="workers-title">
    <h2 id="workers-title">Workers</h2>
    ${
      workers.length === 0
        ? empty
        : table(
            workers,
            Map.groupBy(running, ({ worker }) => worker),
            now,
          )
    }
  </section>`;
}

type ByWorker = ReadonlyMap<string, readonly SlotJob[]>;

function table(workers: readonly WorkerStatus[], running: ByWorker, now: number): Html {
  return html`<table class="list">
    <caption class="unseen">Workers</caption>
    <thead>
      <tr>
        <th scope="col">Worker</th>
        <th scope="col">State</th>
        <th scope="col" title="${meaningOf("slot")}">Busy slots</th>
        <th scope="col">Runs now</th>
      </tr>
    </thead>
    <tbody>
      ${workers.map((worker) => row(worker, running.get(worker.id) ?? [], now))}
    </tbody>
  </table>`;
}

function row(
  { id, state, version, instance, busySlots, idleSlots, seenSecondsAgo, drain, troubles = [] }: WorkerStatus,
  jobs: readonly SlotJob[],
  now: number,
): Html {
  const slots = busySlots + idleSlots;
  return html`<tr id="worker-${id}">
    <th scope="row">
      <a class="name" href="/jobs?${new URLSearchParams({ state: "running", worker: id })}">${id}</a>
      <span class="detail">${version === undefined ? "" : `version ${version}, `}${instance === null || instance === id ? "" : `${instance}, `}seen ${lengthInWords(Math.round(seenSecondsAgo))} ago</span>
    </th>
    <td data-label="State">
      <span class="state ${state}" ${state === "draining" ? html`title="${meaningOf("draining")}"` : nothing}>${state}</span>
      ${drain === undefined ? nothing : html`<span class="detail">${drainInWords(drain, now)}</span>`}
      ${troubles.map((trouble) => html`<span class="detail">${troubleInWords(trouble)}</span>`)}
    </td>
    <td data-label="Busy slots">${slots === 0 ? "–" : html`<span class="together">${bar(busySlots, slots)} ${busySlots} of ${slots}</span>`}</td>
    <td data-label="Runs now">${state === "dead" || state === "stopped" || jobs.length === 0 ? "–" : jobsView(jobs, now)}</td>
  </tr>`;
}

/** Why a worker drains. */
export const drainReasons = {
  signal: "told to stop",
  spot: "spot interruption",
  "scale-in": "the fleet shrinks",
} as const;

function drainInWords({ reason, until }: NonNullable<WorkerStatus["drain"]>, now: number): string {
  const left = (Date.parse(until) - now) / 1000;
  return `${drainReasons[reason]}; ${left > 0 ? `${lengthInWords(Math.round(left))} left at most` : "its time is over"}`;
}

function jobsView(jobs: readonly SlotJob[], now: number): Html {
  const rest = jobs.length - shownJobs;
  return html`<ul class="plain">
    ${jobs.slice(0, shownJobs).map(
      ({ jobId, kind, since, leaseSeconds }) =>
        html`<li>
          <a href="${jobAddress(jobId)}">${kind}</a> for ${lengthInWords(Math.max(0, Math.round((now - Date.parse(since)) / 1000)))}
          <span class="quiet small lease" title="${meaningOf("lease")}">lease ${leaseSeconds} s</span>
        </li>`,
    )}
    ${rest > 0 ? html`<li class="quiet">and ${rest} more</li>` : nothing}
  </ul>`;
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
