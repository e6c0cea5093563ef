// The table of files: own ones with what can be done to several at once, shared ones to read.
import { countText, sizeText, timeLeftText, timeText } from "../../store/words.ts";
import { type Html, html, nothing } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { type Sorting, sortHead } from "../../ui/table.ts";
import { kindOf } from "../file-icon.ts";
import type { SeenFile } from "../find-file.ts";

/** Less than this is shown in red. */
const soonMs = 10 * 60 * 1000;

export type FileTable = {
  files: readonly SeenFile[];
  /** Addresses of previews by the files' ids. */
  previews: ReadonlyMap<string, string>;
  sorting: Sorting;
  address: (sorting: Sorting) => string;
  own: boolean;
  now: number;
};

/** The table. */
export function fileTable(table: FileTable): Html {
  const { own, sorting: now, address } = table;
  const head = (name: string, by: string, number = false) => sortHead({ name, by, now, address, number });
  return html`<div class="scroll"><table class="list files">
    <caption class="unseen">${own ? "Your files" : "Files shared with you"}</caption>
    <thead><tr>
      ${own ? html`<th scope="col"><span class="unseen">Select</span></th>` : nothing}
      ${head("Name", "name")} ${head("Size", "size", true)}
      ${own ? html`<th scope="col">Shared with</th>` : head("Owner", "owner")}
      ${head("Added", "newest")} ${head("Time left", "expiry")}
      <th scope="col"><span class="unseen">Download</span></th>
    </tr></thead>
    <tbody>${table.files.map((seen) => row(table, seen))}</tbody>
  </table></div>`;
}

function row({ previews, own, now }: FileTable, { file, ownerName }: SeenFile): Html {
  const shown = previews.get(file.id);
  const { icon: name, kind } = kindOf(file.contentType);
  return html`<tr data-file="${file.id}" data-key="${file.id}">
    ${
      own
        ? html`<td><input type="checkbox" name="file" value="${file.id}" aria-label="Select ${file.name}" /></td>`
        : nothing
    }
    <th scope="row"><span class="row">
      ${shown === undefined ? html`<span title="${kind}">${icon(name)}</span>` : html`<img class="thumb" src="${shown}" alt="" loading="lazy" />`}
      <span><a class="name" href="/files/${file.id}"><bdi>${file.name}</bdi></a> ${fromOutside(file.from, file.origin)}
      ${file.folder === "" ? nothing : html`<br /><span class="quiet small">${icon("folder")} ${file.folder}</span>`}</span>
    </span></th>
    <td class="number" data-label="Size">${sizeText(file.bytes)}</td>
    ${
      own
        ? html`<td data-label="Shared with">${file.sharedWith === 0 ? html`<span class="quiet">nobody</span>` : countText(file.sharedWith, "person", "people")}</td>`
        : html`<td data-label="Owner">${ownerName}</td>`
    }
    <td data-label="Added">${timeElement(file.createdAt)}</td>
    <td data-label="Time left">${timeLeft(file.expiresAt, now)}</td>
    <td class="actions-cell"><a class="button plain" href="/files/${file.id}/download" aria-label="Download ${file.name}">${icon("download")}</a></td>
  </tr>`;
}

/** Marks what an outsider sent. */
export function fromOutside(from: string | undefined, origin: string): Html {
  if (origin !== "request") return nothing;
  return html`<span class="badge warn">from outside${from ? html`: ${from}` : ""}</span>`;
}

/** A time, in the form that every reader knows. */
export const timeElement = (iso: string): Html => html`<time datetime="${iso}">${timeText(iso)}</time>`;

/** The time left, red when it is short. */
export function timeLeft(expiresAt: string, now: number): Html {
  const until = Date.parse(expiresAt);
  const text = timeLeftText(until, now);
  return html`<time datetime="${expiresAt}" class="${until - now < soonMs ? "soon" : ""}">${text}</time>`;
}
