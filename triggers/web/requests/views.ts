// What the pages of requests show.
import { isUsable, type LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";
import type { Visitor } from "../access/visitor.ts";
import { hoursChoice } from "../files/views/hours.ts";
import { timeElement } from "../files/views/table.ts";
import { countText, sizeText, timeLeftText } from "../store/words.ts";
import { emptyState } from "../ui/empty.ts";
import { field } from "../ui/field.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { madePage } from "../ui/made.ts";
import { csrfInput, type Page } from "../ui/page.ts";
import { uploadArea } from "../ui/upload-area.ts";

type Limits = { fileHours: number; maxFileHours: number };

/** A person's requests and the form for another. */
export function requestsPage(
  visitor: Visitor,
  requests: readonly LinkRow[],
  now: number,
  limits: Limits,
): Page {
  return {
    title: "Requests",
    scripts: ["live.js"],
    main: html`<section class="card" aria-labelledby="new"><h2 id="new">Ask someone for files</h2>
        <form method="post" action="/requests" class="search">
          ${csrfInput(visitor)}
          ${field({ name: "name", label: "Title", required: true, wide: true, hint: "Shown to whoever gets the link" })}
          ${field({ name: "note", label: "Note", wide: true })}
          ${field({ name: "maxFiles", label: "Files at most", type: "number", value: "20", min: 1, required: true })}
          ${field({ name: "megabytes", label: "MB together", type: "number", value: "1024", min: 1, required: true })}
          ${hoursChoice("Open for", limits, Math.min(24, limits.maxFileHours))}
          ${field({ name: "password", label: "Password", type: "password", hint: "Empty: none", minLength: 4, autocomplete: "new-password" })}
          <button class="button primary">${icon("link")} Make the link</button>
        </form>
      </section>
      <section class="card" aria-label="Your requests" id="requests" data-live="10">
        ${
          requests.length === 0
            ? emptyState({
                icon: "inbox",
                title: "No requests",
                text: "Make a link above and send it to someone: what they upload arrives among your files.",
              })
            : table(visitor, requests, now)
        }
      </section>`,
  };
}

function table(visitor: Visitor, requests: readonly LinkRow[], now: number): Html {
  return html`<div class="scroll"><table class="list">
    <thead><tr><th scope="col">Title</th><th scope="col">State</th><th scope="col">Received</th><th scope="col">Until</th>
      <th scope="col"><span class="unseen">Revoke</span></th></tr></thead>
    <tbody>${requests.map((row) => line(visitor, row, now))}</tbody>
  </table></div>`;
}

function line(visitor: Visitor, row: LinkRow, now: number): Html {
  const { received = 0, receivedBytes = 0, maxFiles = 0, maxBytes = 0 } = row.request ?? {};
  const works = isUsable(row, now);
  const dead = row.revokedAt === undefined ? "full" : "revoked";
  return html`<tr data-key="${row.id}">
    <th scope="row"><span class="name">${row.name}</span> ${row.password === undefined ? nothing : html`<span class="badge">${icon("lock")} password</span>`}</th>
    <td data-label="State"><span class="badge ${works ? "good" : ""}">${works ? "open" : dead}</span></td>
    <td data-label="Received">${received} of ${countText(maxFiles, "file")}, ${sizeText(receivedBytes)} of ${sizeText(maxBytes)}</td>
    <td data-label="Until">${timeElement(new Date(row.expiresAt * 1000).toISOString())}</td>
    <td class="actions-cell">${
      works
        ? html`<form method="post" action="/requests/${row.id}/revoke">${csrfInput(visitor)}<button class="plain">Revoke<span class="unseen"> ${row.name}</span></button></form>`
        : nothing
    }</td>
  </tr>`;
}

/** Shows the address of a new request, once. */
export function madeRequestPage(name: string, url: string): Page {
  return madePage({
    title: "The request is made",
    text: html`Whoever has this address can send you files for <strong>${name}</strong>.`,
    url,
    back: html`<a class="button" href="/requests">Back to the requests</a>`,
  });
}

/** The page for whoever has the link. With a password it says nothing about the request. */
export function openRequestPage(row: LinkRow, token: string, now: number, maxFileBytes: number): Page {
  const { maxFiles = 0, received = 0, maxBytes = 0, receivedBytes = 0, note = "" } = row.request ?? {};
  const guarded = row.password !== undefined;
  const room = maxBytes - receivedBytes;
  const open = html`<p><strong>${row.ownerName}</strong> asks you for files. ${note}</p>
    <p class="quiet">Up to ${countText(maxFiles - received, "file")}, ${sizeText(room)} together, within ${timeLeftText(row.expiresAt * 1000, now)}.</p>`;
  return {
    title: guarded ? "Send files" : row.name,
    narrow: true,
    styles: ["uploads.css"],
    scripts: ["files.js"],
    main: html`<div class="card">${guarded ? html`<p>Whoever sent you this link knows its password.</p>` : open}</div>
      ${uploadArea({
        purpose: "request",
        title: "Drop files or folders here",
        hint: "They go straight to the person who asked. Nobody else sees them.",
        folders: true,
        fieldsFirst: true,
        token,
        maxBytes: Math.min(room, maxFileBytes),
        fields: html`${field({ name: "from", label: "Your name", hint: "So that the person knows who it was", autocomplete: "name", maxLength: 100 })}
          ${guarded ? field({ name: "password", label: "Password", type: "password", required: true, autocomplete: "off" }) : nothing}`,
      })}`,
  };
}
