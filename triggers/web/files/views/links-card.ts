// The links to a file: how often and when each was used, revoke, and a form for another.
import type { FileRow } from "../../../../worker/jobs/files/rows/file-row.ts";
import { isUsable, type LinkRow } from "../../../../worker/jobs/files/rows/link-row.ts";
import type { Visitor } from "../../access/visitor.ts";
import { timeText } from "../../store/words.ts";
import { field } from "../../ui/field.ts";
import { type Html, html, nothing } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { csrfInput } from "../../ui/page.ts";
import type { OwnView } from "./own-view.ts";
import { timeElement } from "./table.ts";

/** The card. */
export function linksCard(
  { id: fileId, expiresAt }: FileRow,
  visitor: Visitor,
  own: OwnView,
  now: number,
): Html {
  // A link ends with its file, whatever its own row says.
  const end = Math.ceil(Date.parse(expiresAt) / 1000);
  const links = own.links.map((link) => ({ ...link, expiresAt: Math.min(link.expiresAt, end) }));
  return html`<section class="card" aria-labelledby="links"><h2 id="links">Links</h2>
    ${links.length === 0 ? html`<p class="quiet">No link leads to this file.</p>` : table(fileId, visitor, links, now)}
    <form method="post" action="/files/${fileId}/links" class="search">
      ${csrfInput(visitor)}
      ${field({ name: "password", label: "Password", type: "password", hint: "Empty: none", minLength: 4, autocomplete: "new-password" })}
      ${field({ name: "maxDownloads", label: "Downloads", type: "number", min: 1, hint: "Empty: any number" })}
      ${field({ name: "hours", label: "Hours", type: "number", hint: "Empty: as long as the file" })}
      <button>${icon("link")} Make a link</button>
    </form>
  </section>`;
}

function table(fileId: string, visitor: Visitor, links: readonly LinkRow[], now: number): Html {
  return html`<div class="scroll"><table class="list">
    <thead><tr><th scope="col">Made</th><th scope="col">State</th><th scope="col" class="number">Downloads</th>
      <th scope="col">Last used</th><th scope="col">Until</th><th scope="col"><span class="unseen">Revoke</span></th></tr></thead>
    <tbody>${links.map((link) => row(fileId, visitor, link, now))}</tbody>
  </table></div>`;
}

function row(fileId: string, visitor: Visitor, link: LinkRow, now: number): Html {
  const { id, createdAt, maxDownloads, downloads, lastUsedAt, expiresAt, password, revokedAt } = link;
  const works = isUsable(link, now);
  const dead = revokedAt === undefined ? "used up" : "revoked";
  return html`<tr>
    <td data-label="Made">${timeElement(createdAt)}</td>
    <td data-label="State"><span class="badge ${works ? "good" : ""}">${works ? "works" : dead}</span>
      ${password === undefined ? nothing : html`<span class="badge">${icon("lock")} password</span>`}</td>
    <td class="number" data-label="Downloads">${downloads}${maxDownloads === undefined ? "" : ` of ${maxDownloads}`}</td>
    <td data-label="Last used">${lastUsedAt === undefined ? html`<span class="quiet">never</span>` : timeElement(lastUsedAt)}</td>
    <td data-label="Until">${timeElement(new Date(expiresAt * 1000).toISOString())}</td>
    <td class="actions-cell">${
      works
        ? html`<form method="post" action="/files/${fileId}/links/${id}/revoke">${csrfInput(visitor)}<button class="plain">Revoke<span class="unseen"> the link of ${timeText(createdAt)}</span></button></form>`
        : nothing
    }</td>
  </tr>`;
}
