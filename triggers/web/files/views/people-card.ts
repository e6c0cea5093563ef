// The people who have a file, and those it can be shared with.
import type { Visitor } from "../../access/visitor.ts";
import { field } from "../../ui/field.ts";
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { csrfInput } from "../../ui/page.ts";
import type { OwnView } from "./own-view.ts";

/** The card. */
export function peopleCard(fileId: string, visitor: Visitor, { shares, people, find }: OwnView): Html {
  return html`<section class="card" aria-labelledby="people"><h2 id="people">People</h2>
    ${shares.length === 0 ? html`<p class="quiet">Only you have this file.</p>` : readers(fileId, visitor, shares)}
    <form method="get" class="search" role="search">
      ${field({ name: "find", label: "Find people", type: "search", value: find, wide: true })}
      <button>${icon("search")} Find</button>
    </form>
    ${people.length === 0 ? html`<p class="quiet">Nobody else was found.</p>` : choices(fileId, visitor, people)}
  </section>`;
}

function readers(fileId: string, visitor: Visitor, shares: OwnView["shares"]): Html {
  return html`<ul class="plain-list">${shares.map(
    ({ person, personName }) => html`<li class="bar"><span>${personName}</span>
      ${form(
        fileId,
        visitor,
        html`<input type="hidden" name="mode" value="remove" />
        <button class="plain" name="people" value="${person}" >Take back<span class="unseen"> from ${personName}</span></button>`,
      )}</li>`,
  )}</ul>`;
}

function choices(fileId: string, visitor: Visitor, people: OwnView["people"]): Html {
  return form(
    fileId,
    visitor,
    html`<input type="hidden" name="mode" value="add" />
      <fieldset><legend class="unseen">Share with</legend>
        ${people.map(
          ({
            id,
            name,
            initials,
            address,
          }) => html`<label class="check"><input type="checkbox" name="people" value="${id}" />
            <span class="avatar" aria-hidden="true">${initials}</span>
            <span>${name} <span class="quiet small">${address}</span></span></label>`,
        )}
      </fieldset>
      <button>${icon("share")} Share</button>`,
  );
}

const form = (fileId: string, visitor: Visitor, content: Html) =>
  html`<form method="post" action="/files/${fileId}/people">${csrfInput(visitor)} ${content}</form>`;
