// One message group as a page: who is first in line, why the group waits, and its last jobs.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { pager } from "../../../triggers/web/ui/table.ts";
import { groupAddress, jobAddress } from "../jobs/filter.ts";
import { line } from "../jobs/list-view.ts";
import { dayAndTime, lengthInWords } from "../ui/time.ts";
import type { GroupPage, GroupState } from "./read-group.ts";

/** The content of the page. `actions` is what can be done with the group. */
export function groupView(page: GroupPage, { actions, now }: { actions: Html; now: number }): Html {
  return html`<section class="card stack" aria-label="State">
      <p><span class="state ${page.state}">${page.state}</span> ${inWords(page, now)}</p>
      ${page.head === null || page.head.reason === null ? nothing : html`<p class="reason">${page.head.reason}</p>`}
      <p class="quiet small">
        Jobs of a group run one after another. How many wait behind the first one is not known: SQS counts messages of a queue,
        not of a group, and shows a message only to whoever receives it.
      </p>
      ${actions}
    </section>
    <section class="card" aria-labelledby="group-jobs">
      <h2 id="group-jobs">Its jobs, the last enqueued first</h2>
      ${page.jobs.length === 0 ? html`<p>The ledger has no job of this group: none was received yet, or not for 60 days.</p>` : table(page)}
    </section>`;
}

const states: Readonly<Record<GroupState, string>> = {
  running: "a worker runs its first job.",
  waiting: "its first job waits for its next run; all others wait for it.",
  paused: "an operator has paused it; its jobs wait in order.",
  free: "nothing that the ledger knows holds it up.",
};

function inWords({ state, head, pause }: GroupPage, now: number): Html {
  const since =
    head === null ? "" : ` (for ${lengthInWords(Math.max(0, (now - Date.parse(head.at)) / 1000))})`;
  return html`${states[state]}
  ${head === null ? nothing : html`First: <a href="${jobAddress(head.jobId)}">${head.name}</a>${since}.`}
  ${pause === null ? nothing : html`Paused by ${pause.pausedBy} at ${dayAndTime(pause.pausedAt)}.`}`;
}

function table({ kind, group, jobs, next }: GroupPage): Html {
  return html`<table class="list" data-lines>
      <caption class="unseen">Jobs of the group</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Group</th>
          <th scope="col">Outcome</th>
          <th scope="col">Worker</th>
          <th scope="col" class="number">Took</th>
          <th scope="col" class="number">At</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map(line)}
      </tbody>
    </table>
    ${pager({
      first: undefined,
      next:
        next === undefined
          ? undefined
          : `${groupAddress(kind, group)}&${new URLSearchParams({ before: next })}`,
      shown: `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`,
    })}`;
}
