// The main navigation: the pages a person may open, the current one marked.
import type { Visitor } from "../access/visitor.ts";
import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";

/** A page in the navigation. A feature adds its line here. */
type Destination = { path: string; name: string; icon: IconName; admin?: true };

const destinations: readonly Destination[] = [
  { path: "/files", name: "Files", icon: "file" },
  { path: "/shared", name: "Shared", icon: "share" },
  { path: "/requests", name: "Requests", icon: "inbox" },
  { path: "/pictures", name: "Pictures", icon: "picture" },
  { path: "/words", name: "Words", icon: "trophy" },
  { path: "/log", name: "Log", icon: "log" },
  { path: "/admin/people", name: "People", icon: "people", admin: true },
  { path: "/admin/audit", name: "Audit", icon: "log", admin: true },
];

/** The navigation for one person. */
export function navigation({ admin }: Visitor, path: string): Html {
  const shown = destinations.filter((destination) => admin || !destination.admin);
  return html`<nav class="pages" aria-label="Pages">
    ${shown.map(
      (destination) =>
        html`<a href="${destination.path}" ${isAt(destination, path) ? html`aria-current="page"` : ""}
          >${icon(destination.icon)} <span>${destination.name}</span></a
        > `,
    )}
  </nav>`;
}

const isAt = (destination: Destination, path: string) =>
  path === destination.path || path.startsWith(`${destination.path}/`);
