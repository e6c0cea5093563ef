// The log as a table.

import { actionWords, detailsText } from "../audit/words.ts";
import { timeElement } from "../files/views/table.ts";
import { emptyState } from "../ui/empty.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import type { Page } from "../ui/page.ts";
import { pager } from "../ui/table.ts";
import type { LogEntry, LogPage } from "./read-log.ts";

/** The entries. `named` says which file each is about. */
export function logTable(entries: readonly LogEntry[], named: boolean): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What happened"><table class="list">
    <thead><tr>
      <th scope="col">When</th><th scope="col">What</th>
      ${named ? html`<th scope="col">File</th>` : nothing}
      <th scope="col">Who</th><th scope="col">Details</th>
    </tr></thead>
    <tbody>${entries.map((entry) => row(entry, named))}</tbody>
  </table></div>`;
}

function row(entry: LogEntry, named: boolean): Html {
  return html`<tr>
    <td data-label="When">${timeElement(entry.at)}</td>
    <td data-label="What">${actionWords(entry.action)}</td>
    ${named ? html`<td data-label="File" class="name">${entry.fileName ?? ""}</td>` : nothing}
    <td data-label="Who" class="who">${entry.who}</td>
    <td data-label="Details" class="details quiet small">${detailsText(entry)}</td>
  </tr>`;
}

/** The page of a person's whole log. */
export function logView({ entries, next }: LogPage, first: boolean): Page {
  const more = next && `/log?cursor=${next}`;
  return {
    title: "Log of your files",
    main: html`<section class="card" aria-label="Log">
      ${
        entries.length === 0
          ? emptyState({
              icon: "log",
              title: "Nothing yet",
              text: "Uploads, downloads and shares of your files are listed here.",
            })
          : logTable(entries, true)
      }
      ${pager({ first: first ? undefined : "/log", next: more || undefined, shown: "Newest first" })}
    </section>`,
  };
}
