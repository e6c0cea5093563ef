// One submission as a page: its facts, what can be decided, its parts to download, and its history.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { size } from "../../cli/format.ts";
import { deskStates, mayGo } from "../../desk/states.ts";
import type { Part, Story } from "../../desk/story.ts";
import { jobAddress } from "../jobs/filter.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { dayAndTime } from "../ui/time.ts";
import { storyAddress } from "./list-view.ts";

/** How the page is shown. */
export type StoryShowing = {
  masked: boolean;
  reveal: boolean;
  readOnly: boolean;
  writtenBy: string | undefined;
};

/** The content of the page. */
export function storyView(story: Story, { masked, reveal, readOnly, writtenBy }: StoryShowing): Html {
  const { id, reference, state, editor, author, authorName, subject, reason, receivedAt } = story;
  return html`<section class="card stack" aria-label="Summary">
      <p><span class="state">${state}</span> ${editor === undefined ? "" : `by ${editor}`}</p>
      ${reason === undefined ? nothing : html`<p class="reason">${reason}</p>`}
      <dl class="facts">
        ${fact("Reference", reference ?? id)} ${fact("Subject", subject ?? "none")}
        ${fact("From", [authorName, author].filter((text) => text !== undefined).join(", ") || "unknown")}
        ${fact("Received", dayAndTime(receivedAt))}
        ${writtenBy === undefined ? nothing : fact("Job", html`<a class="name" href="${jobAddress(writtenBy)}">${writtenBy}</a>`)}
      </dl>
      ${revealView({ masked, reveal, address: storyAddress(id) })} ${readOnly ? nothing : decisions(story)}
    </section>
    <section class="card" aria-labelledby="parts-title">
      <h2 id="parts-title">Parts</h2>
      ${story.parts.length === 0 ? html`<p>It has none.</p>` : partsTable(story)}
    </section>
    ${story.history.length === 0 ? nothing : historyView(story)}`;
}

const fact = (name: string, value: Html | string): Html => html`<dt>${name}</dt>
  <dd>${value}</dd>`;

const words: Readonly<Record<(typeof deskStates)[number], string>> = {
  unread: "Put back as unread",
  reading: "Take it to read",
  accepted: "Accept",
  declined: "Decline",
  withdrawn: "Mark as withdrawn",
};

function decisions({ id, state }: Story): Html {
  const possible = deskStates.filter((to) => mayGo(state, to, { reopen: true }));
  if (possible.length === 0) return nothing;
  return html`<div class="row">
    ${possible.map(
      (to) =>
        html`<form method="post" action="/submissions/state">
          <input type="hidden" name="id" value="${id}" /><input type="hidden" name="to" value="${to}" />
          <button class="button ${to === "declined" ? "danger" : ""}">${to === "reading" && state !== "unread" ? "Read it again" : words[to]}</button>
        </form>`,
    )}
  </div>`;
}

function partsTable({ id, parts }: Story): Html {
  return html`<table class="list">
    <caption class="unseen">Parts</caption>
    <thead>
      <tr><th scope="col">Part</th><th scope="col">What</th><th scope="col">Type</th><th scope="col" class="number">Size</th></tr>
    </thead>
    <tbody>
      ${parts.map((part) => partLine(id, part))}
    </tbody>
  </table>`;
}

function partLine(id: string, { n, role, name, contentType, bytes, problem }: Part): Html {
  return html`<tr>
    <th scope="row"><a href="${storyAddress(id)}/parts/${n}">${name ?? `part ${n}`}</a></th>
    <td data-label="What">${role}${problem === undefined ? "" : `; ${problem}`}</td>
    <td data-label="Type" class="name">${contentType.split(";", 1)[0] ?? ""}</td>
    <td data-label="Size" class="number">${size(bytes)}</td>
  </tr>`;
}

function historyView({ history }: Story): Html {
  return html`<section class="card" aria-labelledby="history-title">
    <h2 id="history-title">History</h2>
    <ol class="timeline">
      ${history.map(({ from, to, by, at }) => html`<li>${dayAndTime(at)} <strong>${from} to ${to}</strong> by ${by}</li>`)}
    </ol>
  </section>`;
}
