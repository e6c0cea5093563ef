// The page that shows an address once: of a link, or of a request.
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import type { Page } from "./page.ts";

/** The page. `back` leads to where the address can be revoked. */
export function madePage(made: { title: string; text: Html; url: string; back: Html }): Page {
  const { title, text, url, back } = made;
  return {
    title,
    narrow: true,
    status: 201,
    scripts: ["copy.js"],
    main: html`<div class="card stack">
      <p>${text} It is shown only now: copy it.</p>
      <div class="field"><label for="url">Address</label><input id="url" class="code" value="${url}" readonly /></div>
      <p class="row">
        <button type="button" class="button primary" data-copy="url" hidden>${icon("copy")} <span>Copy</span></button> ${back}
      </p>
    </div>`,
  };
}
