// The page of a person's own files and that of files shared with them.
import type { Visitor } from "../../access/visitor.ts";
import { countText, sizeText } from "../../store/words.ts";
import { emptyState } from "../../ui/empty.ts";
import { field } from "../../ui/field.ts";
import { type Html, html, nothing } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { csrfInput, type Page } from "../../ui/page.ts";
import { addressWith, pager } from "../../ui/table.ts";
import { uploadArea } from "../../ui/upload-area.ts";
import { hoursChoice } from "./hours.ts";
import { type FileTable, fileTable } from "./table.ts";

export type ListPage = Omit<FileTable, "address"> & {
  visitor: Visitor;
  /** The page's query as text, without the cursor. */
  query: Readonly<Record<string, string | undefined>>;
  search: string;
  next: string | undefined;
  first: boolean;
  partial: boolean;
  /** What the person keeps, and may keep. Own files only. */
  room?: { bytes: number; quotaBytes: number };
  limits: { fileHours: number; maxFileHours: number; maxFileBytes: number };
};

/** The page. */
export function listPage(list: ListPage): Page {
  const { own, search, room } = list;
  return {
    title: own ? "Files" : "Shared with me",
    styles: ["uploads.css"],
    scripts: own ? ["files.js", "live.js"] : ["live.js"],
    main: html`${own && list.first && search === "" ? upload(list) : nothing}
      <section class="card" aria-label="${own ? "Your files" : "Files shared with you"}">
        <div class="bar">${searchForm(list)}
          ${room ? html`<p class="quiet small" id="room" data-live="5">${sizeText(room.bytes)} of ${sizeText(room.quotaBytes)} used</p>` : nothing}</div>
        <div id="files" data-live="5">${list.files.length === 0 ? nothingThere(list) : filled(list)}</div>
      </section>`,
  };
}

function upload({ limits }: ListPage): Html {
  return uploadArea({
    purpose: "files",
    title: "Drop files or folders here",
    hint: `Up to ${sizeText(limits.maxFileBytes)} each. Only you see them until you share them.`,
    folders: true,
    maxBytes: limits.maxFileBytes,
    fields: hoursChoice("Keep for", limits, limits.fileHours),
    links: true,
  });
}

const pathOf = ({ own }: Pick<ListPage, "own">) => (own ? "/files" : "/shared");

function searchForm(list: ListPage): Html {
  return html`<form class="search" role="search" method="get" action="${pathOf(list)}">
    ${field({ name: "search", label: "Search", type: "search", value: list.search, wide: true })}
    <button>${icon("search")} Search</button>
  </form>`;
}

function nothingThere({ own, search, first }: ListPage): Html {
  if (search !== "")
    return emptyState({
      icon: "search",
      title: "Nothing found",
      text: `No file's name or folder contains “${search}”.`,
      action: html`<a class="button" href="${pathOf({ own })}">Show all files</a>`,
    });
  if (!first) return emptyState({ icon: "file", title: "No more files", text: "This was the last page." });
  return own
    ? emptyState({
        icon: "upload",
        title: "No files yet",
        text: "Drop some above. They disappear by themselves when their time is over.",
      })
    : emptyState({
        icon: "share",
        title: "Nothing shared with you",
        text: "When someone shares a file with you, it appears here by itself.",
      });
}

function filled(list: ListPage): Html {
  const address = ({ by, direction }: FileTable["sorting"]) =>
    addressWith(pathOf(list), list.query, { sort: by, direction });
  const table = fileTable({ ...list, address });
  const next = list.next && addressWith(pathOf(list), list.query, { cursor: list.next });
  const first = list.first ? undefined : addressWith(pathOf(list), list.query, {});
  const shown = countText(list.files.length, "file");
  return html`${list.own ? several(list, table) : table}
    ${pager({ first, next: next || undefined, shown: list.partial ? `${shown}; not all were searched` : shown })}`;
}

/** The table in a form, with what can be done to the selected files. */
function several({ visitor, limits }: ListPage, table: Html): Html {
  return html`<form method="post" action="/files/selected">
    ${csrfInput(visitor)} ${table}
    <fieldset class="row selected"><legend class="unseen">With the selected files</legend>
      <button type="button" class="button" data-select-all>${icon("check")} All or none</button>
      <button class="button" name="action" value="zip">${icon("archive")} Zip</button>
      <button class="button" name="action" value="share">${icon("share")} Share</button>
      <span class="row selected">
        ${hoursChoice("Keep for", limits, limits.fileHours, "selected-hours")}
        <button class="button" name="action" value="extend">${icon("clock")} Set time</button>
      </span>
      <button class="button danger" name="action" value="delete">${icon("delete")} Delete</button>
    </fieldset>
  </form>`;
}
