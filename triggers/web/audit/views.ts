// The admins' page of the audit.
import { type AuditRow, auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import { emptyState } from "../ui/empty.ts";
import { choice, field } from "../ui/field.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import type { Page } from "../ui/page.ts";
import { addressWith, pager, sortHead } from "../ui/table.ts";
import type { AuditPage } from "./read.ts";
import type { AuditSearch } from "./search.ts";
import { actionOptions, actionTone, actionWords, actorText, detailsText } from "./words.ts";

/** The page's address and that of its CSV. */
export const auditPath = "/admin/audit";
export const auditCsvPath = "/admin/audit.csv";

type Query = Readonly<Record<string, string | undefined>>;

/** The page for a search. */
export function auditView(search: AuditSearch, page: AuditPage): Page {
  const query = queryOf(search);
  return {
    title: "Audit",
    actions: html`<a class="button" href="${addressWith(auditCsvPath, query, {})}" download
      >${icon("download")} CSV</a
    >`,
    main: html`<div class="card">${searchForm(search)}</div>
      <div class="card">
        ${page.cut ? cutNotice : nothing}
        ${page.entries.length === 0 ? noEntries : table(search, query, page)}
      </div>`,
  };
}

const cutNotice = html`<p class="notice warn" role="status">
  ${icon("alert")} <span>Only the newest 5,000 entries of this period are sorted. Choose a shorter one.</span>
</p>`;

const noEntries = emptyState({
  icon: "log",
  title: "No entry fits",
  text: "Nothing in this period matches. Choose more days, or clear the search.",
  action: html`<a class="button" href="${auditPath}">Clear the search</a>`,
});

/** The search as an address carries it, without the place in the list. */
function queryOf({ after: _, skip: __, ...search }: AuditSearch): Query {
  return search;
}

function searchForm(search: AuditSearch): Html {
  return html`<form class="search" method="get" action="${auditPath}" role="search">
    ${field({ name: "text", label: "Search names and details", type: "search", value: search.text, wide: true })}
    ${choice({
      name: "action",
      label: "Action",
      value: search.action ?? "",
      options: [{ value: "", label: "All actions" }, ...actionOptions],
    })}
    ${field({ name: "from", label: "From", type: "date", value: search.from })}
    ${field({ name: "to", label: "To", type: "date", value: search.to })}
    ${search.person === undefined ? nothing : hidden("person", search.person)}
    ${search.file === undefined ? nothing : hidden("file", search.file)}
    <button class="button primary">${icon("search")} Search</button>
  </form>
  ${narrowed(search)}`;
}

const hidden = (name: string, value: string) => html`<input type="hidden" name="${name}" value="${value}" />`;

/** Says that the list is of one person or file only, and leads back to all. */
function narrowed(search: AuditSearch): Html {
  if (search.person === undefined && search.file === undefined) return nothing;
  const of = search.file === undefined ? "one person" : "one file";
  const all = addressWith(auditPath, queryOf(search), { person: undefined, file: undefined });
  return html`<p class="row"><span class="badge accent">Only ${of}</span> <a href="${all}">Show all</a></p>`;
}

function table(search: AuditSearch, query: Query, page: AuditPage): Html {
  const now = { by: search.sort, direction: search.direction };
  const head = (name: string, by: AuditSearch["sort"]) =>
    sortHead({
      name,
      by,
      now,
      address: (sorting) => addressWith(auditPath, query, { sort: sorting.by, direction: sorting.direction }),
    });
  const first =
    search.after === undefined && search.skip === 0 ? undefined : addressWith(auditPath, query, {});
  const next =
    page.next && addressWith(auditPath, query, { after: page.next.after, skip: page.next.skip?.toString() });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What happened">
      <table class="list">
        <caption class="unseen">
          Entries of the audit
        </caption>
        <thead>
          <tr>
            ${head("Time (UTC)", "time")} ${head("Action", "action")} ${head("Person", "person")}
            ${head("File", "file")}
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          ${page.entries.map((entry) => line(entry, query))}
        </tbody>
      </table>
    </div>
    ${pager({ first, next, shown: `${page.entries.length} ${page.entries.length === 1 ? "entry" : "entries"}` })}`;
}

function line(entry: AuditRow, query: Query): Html {
  const time = auditTime(entry);
  const only = (changes: Query) => addressWith(auditPath, query, changes);
  return html`<tr>
    <td data-label="Time"><time datetime="${time}">${time.slice(0, 19).replace("T", " ")}</time></td>
    <td data-label="Action"><span class="badge ${actionTone(entry.action)}">${actionWords(entry.action)}</span></td>
    <td data-label="Person" class="who"><a href="${only({ person: entry.actor })}">${actorText(entry)}</a></td>
    <td data-label="File" class="name">${fileCell(entry, only)}</td>
    <td data-label="Details" class="details quiet small">${detailsText(entry)}</td>
  </tr>`;
}

function fileCell({ fileId, fileName = "" }: AuditRow, only: (changes: Query) => string): Html {
  if (fileId === undefined) return html`${fileName}`;
  return html`<a class="name" href="${only({ file: fileId })}">${fileName || fileId}</a>`;
}
