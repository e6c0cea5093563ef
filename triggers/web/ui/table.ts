// The heads of tables that sort, and the way to the next page. Plain links, so that both work without a script.
import { type Html, html, nothing } from "./html.ts";
import { icon } from "./icons.ts";

/** How a table is sorted now. */
export type Sorting = { by: string; direction: "up" | "down" };

/** Query of a page's own address, with these changed; undefined removes a field. */
export function addressWith(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const kept = Object.entries({ ...query, ...changes }).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, value] as [string, string]],
  );
  return kept.length === 0 ? path : `${path}?${new URLSearchParams(kept)}`;
}

/** A column's head. A click sorts by it; another one turns the order around. */
export function sortHead(column: {
  name: string;
  by: string;
  now: Sorting;
  /** Address of the page, sorted another way. */
  address: (sorting: Sorting) => string;
  number?: boolean;
}): Html {
  const { name, by, now, address, number } = column;
  const isNow = now.by === by;
  const next: Sorting = { by, direction: isNow && now.direction === "up" ? "down" : "up" };
  const order = now.direction === "up" ? "ascending" : "descending";
  return html`<th scope="col" ${isNow ? html`aria-sort="${order}"` : nothing} class="${number ? "number" : ""}">
    <a href="${address(next)}">${name}${isNow ? html` ${icon(now.direction)}` : nothing}</a>
  </th>`;
}

/** Leads to the first and the next page of a list. */
export function pager(list: { first: string | undefined; next: string | undefined; shown: string }): Html {
  return html`<nav class="pager" aria-label="Pages of the list">
    <span class="quiet small">${list.shown}</span>
    <span class="row">
      ${list.first === undefined ? nothing : html`<a class="button" href="${list.first}">First page</a>`}
      ${list.next === undefined ? nothing : html`<a class="button" href="${list.next}" rel="next">Next page</a>`}
    </span>
  </nav>`;
}
