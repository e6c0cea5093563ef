// What a page shows instead of an empty list: what belongs here, and how to begin.
import { type Html, html, nothing } from "./html.ts";
import { type IconName, icon } from "./icons.ts";

/** An empty list. `action` is the button that fills it. */
export function emptyState(shown: { icon: IconName; title: string; text: string; action?: Html }): Html {
  return html`<div class="empty">
    ${icon(shown.icon)}
    <h2>${shown.title}</h2>
    <p>${shown.text}</p>
    ${shown.action ?? nothing}
  </div>`;
}
