// The actions as pages: what can be done, a preview before letters are sent back, and what operators did last.

import { actionWords } from "../../../triggers/web/audit/words.ts";
import { choice, field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { noticeView } from "../../../triggers/web/ui/notice.ts";
import type { Pause } from "../../../worker/engine/pause/pauses.ts";
import { type AuditRow, auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import type { QueueStatus, WorkerStatus } from "../../status/fleet-status.ts";
import { jobAddress } from "../jobs/filter.ts";
import { dayAndTime } from "../ui/time.ts";
import { type ActionName, portions } from "./perform.ts";
import type { Preview } from "./preview.ts";

/** What the page of actions shows. */
export type ShownActions = {
  kinds: readonly string[];
  pauses: readonly Pause[];
  queues: readonly QueueStatus[];
  workers: readonly WorkerStatus[];
  last: readonly AuditRow[];
  /** True where nothing can be done. */
  readOnly: boolean;
  notice: { tone: "good" | "bad"; text: string } | undefined;
};

/** The content of the page. */
export function actionsView(shown: ShownActions): Html {
  const { readOnly, notice, kinds } = shown;
  return html`<div class="notices">${notice === undefined ? nothing : noticeView(notice)}</div>
    ${readOnly ? html`<p class="notice">This console is read-only: it shows what could be done, and does nothing.</p>` : nothing}
    ${pausesView(shown)} ${deadView(shown)} ${workersView(shown)} ${readOnly ? nothing : purgeView(kinds)} ${lastView(shown.last)}`;
}

const hidden = (fields: Readonly<Record<string, string | undefined>>): Html =>
  html`${Object.entries(fields).map(([name, value]) =>
    value === undefined ? nothing : html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;

/** A form with one button and nothing to fill in. */
export function button(
  action: ActionName,
  fields: Readonly<Record<string, string | undefined>>,
  { label, tone = "", name }: { label: string; tone?: string; name?: string },
): Html {
  return html`<form method="post" action="/actions/${action}">
    ${hidden(fields)}
    <button class="button ${tone}" ${name === undefined ? nothing : html`aria-label="${name}"`}>${label}</button>
  </form>`;
}

function pausesView({ pauses, kinds, readOnly }: ShownActions): Html {
  return html`<section class="card stack" aria-labelledby="pauses-title">
    <h2 id="pauses-title">Paused</h2>
    ${
      pauses.length === 0
        ? html`<p class="quiet">Nothing is paused.</p>`
        : html`<ul class="plain-list rows">
            ${pauses.map(
              ({ kind, group, pausedAt, pausedBy }) =>
                html`<li class="bar">
                  <span>${group === undefined ? kind : html`group <code>${group}</code> of ${kind}`}
                    <span class="quiet">by ${pausedBy}, ${dayAndTime(pausedAt)}</span></span>
                  ${readOnly ? nothing : button("resume", { kind, group }, { label: "Resume", name: `Resume ${group ?? kind}` })}
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
                      : button(
                          "interrupt",
                          { instance: instance ?? "" },
                          { label: "Interrupt", name: `Interrupt ${id}` },
                        )
                  }
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function purgeView(kinds: readonly string[]): Html {
  return html`<section class="card stack" aria-labelledby="purge-title">
    <h2 id="purge-title">Delete what waits</h2>
    <p class="quiet">Every waiting job of a kind is deleted for good and recorded as rejected. Pause the kind first: what workers hold is left alone.</p>
    <form class="search" method="post" action="/actions/purge">
      <div class="field">
        <label for="purge-kind">Kind</label>
        <select id="purge-kind" name="kind">${kinds.map((value) => html`<option>${value}</option>`)}</select>
      </div>
      <div class="field wide">
        <label for="purge-confirm">Type the kind to confirm</label>
        <input id="purge-confirm" name="confirm" autocomplete="off" required />
      </div>
      <button class="button danger">Delete waiting jobs</button>
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

/** The page before letters are sent back. */
export function redriveView(
  { meant, count, groups, first }: Preview,
  { readOnly }: { readOnly: boolean },
): Html {
  const { kind, group, job } = meant;
  const what = job ?? (group === undefined ? `all of ${kind}` : `group ${group} of ${kind}`);
  return html`<section class="card stack" aria-label="What would be sent back">
    <p><strong>${count.toLocaleString("en")} ${count === 1 ? "dead letter" : "dead letters"} in ${groups} ${groups === 1 ? "group" : "groups"}</strong>, ${what}.</p>
    <p class="quiet">Each group keeps its order, behind what it has received meanwhile. Letters that SQS itself moved are not counted here, but sent back, too.</p>
    ${first.length === 0 ? nothing : firstView(first, count)}
    ${readOnly ? nothing : redriveForm(meant, count)}
    <p><a href="/actions">Back, and do nothing</a></p>
  </section>`;
}

function firstView(first: Preview["first"], count: number): Html {
  return html`<table class="list">
    <caption class="unseen">The first of them</caption>
    <thead><tr><th scope="col">Job</th><th scope="col">Why it died</th><th scope="col" class="number">Since</th></tr></thead>
    <tbody>
      ${first.map(
        ({ jobId, reason, since }) =>
          html`<tr>
            <th scope="row"><a class="name" href="${jobAddress(jobId)}">${jobId}</a></th>
            <td data-label="Why it died" class="name">${reason.slice(0, 200)}</td>
            <td data-label="Since" class="number">${dayAndTime(since)}</td>
          </tr>`,
      )}
    </tbody>
  </table>
  ${count > first.length ? html`<p class="quiet">and ${(count - first.length).toLocaleString("en")} more</p>` : nothing}`;
}

function redriveForm({ kind, group, job }: Preview["meant"], count: number): Html {
  return html`<form class="search" method="post" action="/actions/redrive">
    ${hidden({ kind, group, job })}
    ${
      job === undefined
        ? field({
            ...{
              name: "most",
              label: "At most",
              type: "number",
              min: 1,
              value: String(Math.min(portions.usual, Math.max(1, count))),
            },
            hint: `One portion: 1 to ${portions.most}; the rest stays for the next one`,
          })
        : nothing
    }
    <button class="button primary">Send back</button>
  </form>`;
}

/** The page before dead letters are deleted. */
export function discardView(kind: string, count: number): Html {
  return html`<section class="card stack" aria-label="What would be deleted">
    <p><strong>About ${count.toLocaleString("en")} dead ${count === 1 ? "letter" : "letters"} of ${kind}</strong> would be deleted for good. Their jobs are lost.</p>
    <form class="search" method="post" action="/actions/discard">
      ${hidden({ kind })}
      ${field({ name: "confirm", label: `Type ${kind} to confirm`, required: true, autocomplete: "off" })}
      <button class="button danger sure">Discard dead letters</button>
    </form>
    <p><a href="/actions">Back, and do nothing</a></p>
  </section>`;
}
