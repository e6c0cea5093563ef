// Pages that ask before something happens to several files: delete, and with whom to share.
import type { Visitor } from "../../access/visitor.ts";
import type { Entry } from "../../shares/directory.ts";
import { countText } from "../../store/words.ts";
import { type Html, html, nothing } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { csrfInput, type Page } from "../../ui/page.ts";

type Named = { id: string; name: string };

/** Asks whether files shall be deleted. */
export function deletePage(visitor: Visitor, files: readonly Named[]): Page {
  const what = files.length === 1 ? "this file" : countText(files.length, "file");
  return {
    title: `Delete ${what}?`,
    narrow: true,
    main: html`<div class="card"><form method="post" action="/files/selected" class="stack">
      ${csrfInput(visitor)} ${list(files)}
      <p>Nobody can download ${files.length === 1 ? "it" : "them"} any more. This cannot be undone.</p>
      <input type="hidden" name="sure" value="yes" />
      <p class="row">
        <button class="button danger sure" name="action" value="delete">${icon("delete")} Delete</button>
        <a class="button" href="/files">Keep</a>
      </p>
    </form></div>`,
  };
}

/** Asks with whom files shall be shared. */
export function sharePage(visitor: Visitor, files: readonly Named[], people: readonly Entry[]): Page {
  return {
    title: `Share ${countText(files.length, "file")}`,
    narrow: true,
    main: html`<div class="card"><form method="post" action="/files/selected" class="stack">
      ${csrfInput(visitor)} ${list(files)}
      <fieldset><legend>With whom?</legend>
        ${people.length === 0 ? html`<p class="quiet">Nobody else has signed in yet. Share by link meanwhile.</p>` : nothing}
        ${people.map(
          ({ id, name, initials, address }) =>
            html`<label class="check"><input type="checkbox" name="people" value="${id}" />
              <span class="avatar" aria-hidden="true">${initials}</span> <span>${name} <span class="quiet small">${address}</span></span></label>`,
        )}
      </fieldset>
      <p class="row">
        <button class="button primary" name="action" value="share">${icon("share")} Share</button>
        <a class="button" href="/files">Cancel</a>
      </p>
    </form></div>`,
  };
}

function list(files: readonly Named[]): Html {
  return html`<ul class="named">${files.map(({ id, name }) => html`<li><bdi>${name}</bdi><input type="hidden" name="file" value="${id}" /></li>`)}</ul>`;
}
