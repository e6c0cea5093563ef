// Submissions as a page: tabs for their states, a list, and a choice of several to decline.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { noticeView } from "../../../triggers/web/ui/notice.ts";
import { addressWith, pager } from "../../../triggers/web/ui/table.ts";
import { counted } from "../../cli/format.ts";
import { type RowState, rowStates } from "../../desk/states.ts";
import { type Entry, isWithheld } from "../../desk/story.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { resultsTabs } from "../results/page.ts";
import { dayAndTime } from "../ui/time.ts";
import type { SubmissionsPage } from "./read-list.ts";

/** What the page shows. */
export type ShownSubmissions = {
  page: SubmissionsPage;
  state: RowState;
  reveal: boolean;
  readOnly: boolean;
  notice: string | undefined;
};

/** The address of a submission's page. */
export const storyAddress = (id: string): string => `/submissions/${encodeURIComponent(id)}`;

/** The content of the page. */
export function submissionsView({ page, state, reveal, readOnly, notice }: ShownSubmissions): Html {
  const address = addressWith("/submissions", { state }, {});
  const canDecline = !readOnly && (state === "unread" || state === "reading") && page.value.length > 0;
  return html`<div class="notices">${notice === undefined ? nothing : noticeView({ tone: "good", text: notice })}</div>
    ${resultsTabs("submissions")}
    <nav class="tabs" aria-label="States">
      ${rowStates.map(
        (each) =>
          html`<a href="/submissions?state=${each}" ${each === state ? html`aria-current="page"` : nothing}>${each}</a> `,
      )}
    </nav>
    <section class="card stack" aria-label="Submissions that are ${state}">
      ${revealView({ masked: page.masked, reveal, address })}
      <form action="/submissions/decline">
        ${page.value.length === 0 ? html`<p>None is ${state}.</p>` : table(page.value, canDecline)}
        ${canDecline ? html`<p class="row"><button class="button">Decline the chosen …</button></p>` : nothing}
      </form>
      ${pager({
        first: undefined,
        next:
          page.next === undefined
            ? undefined
            : addressWith("/submissions", { state, ...(reveal && { reveal: "1" }) }, { after: page.next }),
        shown: `${counted(page.value.length, "submission")}, the oldest first`,
      })}
    </section>`;
}

function table(entries: readonly Entry[], canDecline: boolean): Html {
  return html`<table class="list" data-lines>
    <caption class="unseen">Submissions</caption>
    <thead>
      <tr>
        ${canDecline ? html`<th scope="col"><span class="unseen">Choose</span></th>` : nothing}
        <th scope="col">Submission</th>
        <th scope="col">State</th>
        <th scope="col">Author</th>
        <th scope="col" class="number">Received</th>
      </tr>
    </thead>
    <tbody>
      ${entries.map((entry) => line(entry, canDecline))}
    </tbody>
  </table>`;
}

function line(entry: Entry, canDecline: boolean): Html {
  const { id, reference, state, editor, author, authorName, subject, reason, receivedAt } = entry;
  const name = reference ?? id;
  return html`<tr>
    ${canDecline ? html`<td><input type="checkbox" name="id" value="${id}" aria-label="Choose ${name}" /></td>` : nothing}
    <th scope="row">
      <a class="name" href="${storyAddress(id)}">${name}</a> <span class="detail">${subject ?? reason ?? ""}</span>
    </th>
    <td data-label="State">
      <span class="state">${state}</span>${editor === undefined ? nothing : html`<span class="detail">by ${editor}</span>`}
      ${isWithheld({ reason }) ? html`<span class="badge warn">answer withheld: please look</span>` : nothing}
    </td>
    <td data-label="Author" class="name">${authorName ?? author ?? "–"}</td>
    <td data-label="Received" class="number">${dayAndTime(receivedAt)}</td>
  </tr>`;
}
