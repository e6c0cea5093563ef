// The actions as pages: what can be done, a preview before letters are sent back, and what operators did last.

import { actionWords } from "../../../triggers/web/audit/words.ts";
import { choice, field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { noticeView } from "../../../triggers/web/ui/notice.ts";
import { type AuditRow, auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import { longestReason } from "../../queues/pause/told-pauses.ts";
import type { QueueStatus, WorkerStatus } from "../../status/fleet-status.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { dayAndTime } from "../ui/time.ts";
import { button } from "./forms.ts";
import { type ShownSize, sizeView } from "./size-view.ts";

/** What the page of actions shows. */
export type ShownActions = ShownSize & {
  kinds: readonly string[];
  /** `groupRef` is how a form means the group. */
  pauses: readonly (ToldPause & { groupRef: string | undefined })[];
  queues: readonly QueueStatus[];
  workers: readonly WorkerStatus[];
  last: readonly AuditRow[];
  masked: boolean;
  reveal: boolean;
  notice: { tone: "good" | "bad"; text: string } | undefined;
};

/** The content of the page. */
export function actionsView(shown: ShownActions): Html {
  const { readOnly, notice, kinds } = shown;
  return html`<div class="notices">${notice === undefined ? nothing : noticeView(notice)}</div>
    ${readOnly ? html`<p class="notice">This console is read-only: it shows what could be done, and does nothing.</p>` : nothing}
    ${revealView({ ...shown, address: "/actions" })} ${pausesView(shown)} ${deadView(shown)} ${othersView} ${workersView(shown)} ${sizeView(shown)}
    ${readOnly ? nothing : purgeView(kinds)} ${lastView(shown.last)}`;
}

function pausesView({ pauses, kinds, readOnly }: ShownActions): Html {
  return html`<section class="card stack" aria-labelledby="pauses-title">
    <h2 id="pauses-title">Paused</h2>
    ${
      pauses.length === 0
        ? html`<p class="quiet">Nothing is paused.</p>`
        : html`<ul class="plain-list rows">
            ${pauses.map(
              ({ kind, group, groupRef, pausedAt, pausedBy, reason }) =>
                html`<li class="bar">
                  <span>${group === undefined ? kind : html`group <code>${group}</code> of ${kind}`}
                    <span class="quiet">by ${pausedBy}, ${dayAndTime(pausedAt)}${reason === undefined ? "" : `: ${reason}`}</span></span>
                  ${readOnly ? nothing : button("resume", { kind, group: groupRef }, { label: "Resume", name: `Resume ${group ?? kind}` })}
                </li>`,
            )}
          </ul>`
    }
    ${readOnly ? nothing : pauseForm(kinds)}
  </section>`;
}

function pauseForm(kinds: readonly string[]): Html {
  return html`<form class="search" method="post" action="/actions/pause">
    ${choice({ name: "kind", label: "Kind", value: "", options: kinds.map((value) => ({ value, label: value })) })}
    ${field({ name: "group", label: "Message group", hint: "Empty: the whole kind", wide: true, maxLength: 128 })}
    ${field({ name: "reason", label: "Reason", hint: "For others who see the pause", wide: true, maxLength: longestReason })}
    <button class="button">Pause</button>
  </form>`;
}

function deadView({ queues, readOnly }: ShownActions): Html {
  const dead = queues.filter((queue) => queue.dead > 0);
  return html`<section class="card" aria-labelledby="dead-title">
    <h2 id="dead-title">Dead letters</h2>
    ${
      dead.length === 0
        ? html`<p class="quiet">There are none.</p>`
        : html`<ul class="plain-list rows">
            ${dead.map(
              ({ kind, dead: count }) =>
                html`<li class="bar">
                  <span><a href="/jobs?state=dead&kind=${kind}">${kind}</a>: about ${count}</span>
                  <span class="row">
                    <a class="button" href="/actions/redrive?kind=${kind}">Send back …</a>
                    ${readOnly ? nothing : html`<a class="button danger" href="/actions/discard?kind=${kind}">Discard …</a>`}
                  </span>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function workersView({ workers, readOnly }: ShownActions): Html {
  const alive = workers.filter(
    ({ state, instance }) => state !== "dead" && state !== "stopped" && instance !== null,
  );
  return html`<section class="card" aria-labelledby="interrupt-title">
    <h2 id="interrupt-title">Workers</h2>
    <p class="quiet">An interrupted worker ends or returns its jobs, then its instance is replaced. No work is lost.</p>
    ${
      alive.length === 0
        ? html`<p class="quiet">No worker runs on an instance.</p>`
        : html`<ul class="plain-list rows">
            ${alive.map(
              ({ id, instance, state }) =>
                html`<li class="bar">
                  <span>${id} <span class="state ${state}">${state}</span></span>
                  ${
                    readOnly || state === "draining"
                      ? nothing
                      : html`<a class="button" href="/actions/interrupt?instance=${instance ?? ""}" aria-label="Interrupt ${id} …">Interrupt …</a>`
                  }
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

const othersView: Html = html`<section class="card" aria-labelledby="others-title">
  <h2 id="others-title">Mails and events</h2>
  <ul class="plain-list rows">
    <li class="bar"><span>Mails of unknown outcome, and refused ones</span> <a class="button" href="/actions/mails" aria-label="Look at mails …">Look …</a></li>
    <li class="bar"><span>Events that triggers could not take</span> <a class="button" href="/actions/events" aria-label="Look at failed events …">Look …</a></li>
  </ul>
</section>`;

function purgeView(kinds: readonly string[]): Html {
  return html`<section class="card stack" aria-labelledby="purge-title">
    <h2 id="purge-title">Delete what waits</h2>
    <p class="quiet">Every waiting job of a kind is deleted for good and recorded as rejected. Pause the kind first: what workers hold is left alone.</p>
    <form class="search" method="get" action="/actions/purge">
      <div class="field">
        <label for="purge-kind">Kind of the jobs to delete</label>
        <select id="purge-kind" name="kind">${kinds.map((value) => html`<option>${value}</option>`)}</select>
      </div>
      <button class="button danger">Delete what waits …</button>
    </form>
  </section>`;
}

function lastView(last: readonly AuditRow[]): Html {
  return html`<section class="card" aria-labelledby="last-title">
    <h2 id="last-title">What operators did last</h2>
    ${
      last.length === 0
        ? html`<p class="quiet">Nothing yet.</p>`
        : html`<table class="list">
            <caption class="unseen">Actions of operators</caption>
            <thead>
              <tr><th scope="col">Action</th><th scope="col">By</th><th scope="col">About</th><th scope="col" class="number">At</th></tr>
            </thead>
            <tbody>
              ${last.map(
                (row) =>
                  html`<tr>
                    <th scope="row">${actionWords(row.action)}</th>
                    <td data-label="By">${row.actorName}</td>
                    <td data-label="About" class="name">${aboutOf(row)}</td>
                    <td data-label="At" class="number">${dayAndTime(auditTime(row))}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

const aboutOf = ({ details }: AuditRow): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
