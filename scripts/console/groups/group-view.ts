// One message group as a page: who is first in line, why the group waits, what is behind it, and its last jobs.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { pager } from "../../../triggers/web/ui/table.ts";
import { jobAddress } from "../jobs/filter.ts";
import { line } from "../jobs/list-view.ts";
import type { ListedJob } from "../jobs/listed-job.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { dayAndTime, lengthInWords } from "../ui/time.ts";
import type { GroupPage, GroupState } from "./read-group.ts";

/** How the page is shown. `actions` is what can be done with the group. */
export type GroupShowing = { actions: Html; now: number; reveal: boolean; address: string };

/** The content of the page. */
export function groupView(page: GroupPage, { actions, now, reveal, address }: GroupShowing): Html {
  return html`<section class="card stack" aria-label="State">
      <p><span class="state ${page.state}">${page.state}</span>: ${states[page.state]}</p>
      <dl class="facts">${factsOf(page, now)}</dl>
      ${actions} ${revealView({ masked: page.masked, reveal, address })}
    </section>
    ${behindView(page)}
    <section class="card" aria-labelledby="group-jobs">
      <h2 id="group-jobs">Its jobs, the last enqueued first</h2>
      ${page.jobs.length === 0 ? html`<p>The ledger has no job of this group: none was received yet, or not for 60 days.</p>` : table(page, address)}
    </section>`;
}

const states: Readonly<Record<GroupState, string>> = {
  running: "a worker runs its first job; the others wait for it.",
  waiting: "its first job waits for its next run; all others wait for it.",
  paused: "an operator has paused it; its jobs wait in order.",
  free: "nothing that the ledger knows holds it up.",
};

function factsOf({ head, slot, pause }: GroupPage, now: number): Html {
  const ago = (iso: string) => lengthInWords(Math.max(0, (now - Date.parse(iso)) / 1000));
  return html`${head === null ? nothing : fact("First in line", html`<a class="name" href="${jobAddress(head.jobId)}">${head.name}</a>, enqueued ${dayAndTime(head.enqueuedAt)}, ${head.runs} ${head.runs === 1 ? "run" : "runs"} so far`)}
  ${head === null ? nothing : fact("Since", html`${dayAndTime(slot?.since ?? head.at)} (${ago(slot?.since ?? head.at)})`)}
  ${slot === null ? nothing : fact("Where", html`${slot.worker}, lease of ${slot.leaseSeconds} s left when it last announced itself`)}
  ${head === null || head.reason === null ? nothing : fact("Why", html`<span class="reason">${head.reason}</span>`)}
  ${pause === null ? nothing : fact("Paused", html`by ${pause.pausedBy} at ${dayAndTime(pause.pausedAt)}${pause.reason === undefined ? "" : `: ${pause.reason}`}`)}`;
}

const fact = (name: string, value: Html): Html => html`<dt>${name}</dt>
  <dd>${value}</dd>`;

function behindView({ behind, queue, kind }: GroupPage): Html {
  return html`<section class="card stack" aria-labelledby="behind-title">
    <h2 id="behind-title">Behind it</h2>
    ${
      behind.length === 0
        ? html`<p>No other job of the group has run and waits again.</p>`
        : html`<ol>
            ${behind.map((job) => html`<li>${behindLine(job)}</li>`)}
          </ol>`
    }
    <p>
      The whole queue of ${kind} has ${queue.visible.toLocaleString("en")} waiting and ${queue.inFlight.toLocaleString("en")} in
      flight${queue.oldestSeconds ? `; its oldest message is ${lengthInWords(queue.oldestSeconds)} old` : ""}. The group has no
      more than these.
    </p>
    <p class="quiet small">
      How many jobs of the group have not been received yet nobody can say: SQS counts messages of a queue, not of a group, and shows a
      message only to whoever receives it. Jobs that a worker holds ahead of time are in flight.
    </p>
  </section>`;
}

const behindLine = ({ jobId, name, reason }: ListedJob): Html =>
  html`<a class="name" href="${jobAddress(jobId)}">${name}</a>${reason === null ? "" : `: ${reason}`}`;

function table({ jobs, next }: GroupPage, address: string): Html {
  return html`<table class="list" data-lines>
      <caption class="unseen">Jobs of the group</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Outcome</th>
          <th scope="col">Worker</th>
          <th scope="col" class="number">Took</th>
          <th scope="col" class="number">At</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map((job) => line(job, { group: false }))}
      </tbody>
    </table>
    ${pager({
      first: undefined,
      next: next === undefined ? undefined : `${address}&${new URLSearchParams({ before: next })}`,
      shown: `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`,
    })}`;
}
