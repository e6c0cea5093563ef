// One line that says what happened.
import type { Notice } from "./flash.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";

/** A notice. Bad ones interrupt a screen reader. */
export function noticeView({ tone, text }: Notice): Html {
  const role = tone === "bad" ? "alert" : "status";
  return html`<p class="notice ${tone}" role="${role}">
    ${icon(tone === "bad" ? "alert" : "check")} <span>${text}</span>
  </p>`;
}
