// The list of jobs as a page: tabs for the states, a search that is the page's address, lines, and the way to older ones.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { icon } from "../../../triggers/web/ui/icons.ts";
import { addressWith, pager } from "../../../triggers/web/ui/table.ts";
import { cut } from "../ui/cut.ts";
import { dayAndTime, lengthInWords } from "../ui/time.ts";
import {
  type AskedJobs,
  groupLink,
  type JobFilter,
  jobAddress,
  type ListState,
  listStates,
  queryOf,
} from "./filter.ts";
import { filterForm } from "./filter-form.ts";
import type { ListedJob } from "./listed-job.ts";
import type { JobsPage } from "./read-jobs.ts";
import { revealView } from "./reveal-view.ts";

const tabNames: Readonly<Record<ListState, string>> = {
  running: "Running",
  waiting: "Waiting for their next run",
  rejected: "Rejected",
  dead: "Dead letters",
  ended: "Ended",
};

/** The content of the page. `actions` is what can be done with the whole list. */
export function jobsView(
  page: JobsPage,
  { filter, reveal }: AskedJobs,
  { kinds, actions }: { kinds: readonly string[]; actions: Html },
): Html {
  const address = addressWith("/jobs", { ...queryOf(filter), before: filter.before }, {});
  return html`${searchView} ${tabs(filter)}
    <section class="card stack" aria-label="${tabNames[filter.state]}">
      ${filterForm(filter, kinds)} ${revealView({ masked: page.masked, reveal, address })}
      ${page.jobs.length === 0 ? nothing : actions} ${content(page, { filter, reveal }, kinds)}
    </section>`;
}

/** Finds one job or group by a whole name; the list's own fields narrow the list. */
const searchView = html`<form class="search bar" role="search" action="/search">
  <div class="field wide">
    <label for="search">Find a job or a group</label>
    <input id="search" name="q" type="search" aria-describedby="search-hint" />
    <span class="hint" id="search-hint">A job's id, a message group, a picture's key, or a mail's reference, as a whole</span>
  </div>
  <button class="button">${icon("search")} <span>Find</span></button>
</form>`;

function tabs(filter: JobFilter): Html {
  return html`<nav class="tabs" aria-label="States">
    ${listStates.map(
      (state) =>
        html`<a
          href="${addressWith("/jobs", queryOf(filter), { state })}"
          ${state === filter.state ? html`aria-current="page"` : nothing}
          >${tabNames[state]}</a
        > `,
    )}
  </nav>`;
}

function content(page: JobsPage, asked: AskedJobs, kinds: readonly string[]): Html {
  const { filter } = asked;
  if (filter.state === "ended" && filter.kind === undefined) return chooseKind(kinds);
  if (page.jobs.length === 0) return emptyView(page, asked);
  return html`${table(page.jobs, filter.state)} ${pagerView(page, asked)} ${exportView(filter)}`;
}

/** The ids of all jobs of the list, from where the page begins. */
function exportView(filter: JobFilter): Html {
  const address = addressWith("/api/jobs/ids", { ...queryOf(filter), before: filter.before }, {});
  return html`<p class="small"><a href="${address}" download="${filter.state}-jobs.jsonl">Ids of this list and what follows, as JSON lines</a></p>`;
}

function chooseKind(kinds: readonly string[]): Html {
  return html`<p class="quiet">
      Ended jobs are kept in order of time for each kind, so that a busy kind does not slow another one. Choose one:
    </p>
    <p class="row">
      ${kinds.map((kind) => html`<a class="button" href="/jobs?state=ended&kind=${kind}">${kind}</a> `)}
    </p>`;
}

const nothingOf: Readonly<Record<ListState, string>> = {
  running: "No worker says that it runs a job. Workers announce themselves every few seconds.",
  waiting:
    "No job waits for another run. Jobs that wait for their first run are only in their queue: see Fleet.",
  rejected: "No job was rejected. Rejected jobs are those whose input can never succeed.",
  dead: "No dead letter is known. Nothing needs a person.",
  ended: "No job of this kind has ended in this time.",
};

function emptyView(page: JobsPage, asked: AskedJobs): Html {
  const { state, kind: _, from: __, ...narrowing } = asked.filter;
  const narrowed = Object.values(narrowing).some((value) => value !== undefined);
  return html`<p>${narrowed ? "None here." : nothingOf[state]}</p>
    ${pagerView(page, asked)}`;
}

function table(jobs: readonly ListedJob[], state: ListState): Html {
  return html`<table class="list" data-lines>
    <caption class="unseen">${tabNames[state]}</caption>
    <thead>
      <tr>
        <th scope="col">Job</th>
        <th scope="col">Group</th>
        <th scope="col">${state === "running" ? "State" : "Outcome"}</th>
        <th scope="col">Worker</th>
        <th scope="col" class="number" ${state === "running" ? nothing : html`title="From enqueued to ended"`}>${state === "running" ? "For" : "Took"}</th>
        <th scope="col" class="number">${state === "running" ? "Since" : "At"}</th>
      </tr>
    </thead>
    <tbody>
      ${jobs.map((job) => line(job))}
    </tbody>
  </table>`;
}

/** One line of a list of jobs, with its group or, in a list of one group, without. */
export function line(job: ListedJob, { group = true }: { group?: boolean } = {}): Html {
  const running = job.status === "running" ? (Date.now() - Date.parse(job.at)) / 1000 : job.seconds;
  return html`<tr>
    <th scope="row"><a class="name" href="${jobAddress(job.jobId)}">${cut(job.name)}</a> <span class="kind">${job.kind}</span></th>
    ${group ? html`<td data-label="Group"><a class="name code" href="${groupLink(job)}">${cut(job.group)}</a></td>` : nothing}
    <td data-label="Outcome">
      <span class="outcome ${job.status}">${job.status}</span>
      ${job.reason === null ? nothing : html`<span class="detail">${cut(job.reason, 200)}</span>`}
    </td>
    <td data-label="Worker" class="name">${job.worker ?? "–"}</td>
    <td data-label="Took" class="number">${running === null ? "–" : lengthInWords(Math.max(0, running))}</td>
    <td data-label="At" class="number">${dayAndTime(job.at)}</td>
  </tr>`;
}

function pagerView({ jobs, next, lookedAt }: JobsPage, { filter, reveal }: AskedJobs): Html {
  const query = { ...queryOf(filter), ...(reveal && { reveal: "1" }) };
  const first = filter.before === undefined ? undefined : addressWith("/jobs", query, {});
  const looked = lookedAt === undefined ? "" : ` of ${lookedAt.toLocaleString("en")} that were looked at`;
  return pager({
    first,
    next: next === undefined ? undefined : addressWith("/jobs", query, { before: next }),
    shown: `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}${looked}`,
  });
}
