// The forms of actions: hidden fields, single buttons, and what must be typed or ticked before work is lost.
import { field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { ActionName } from "./fields.ts";

type HiddenFields = Readonly<Record<string, string | undefined>>;

/** Fields that the page knows. */
export const hidden = (fields: HiddenFields): Html =>
  html`${Object.entries(fields).map(([name, value]) =>
    value === undefined ? nothing : html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;

/** A form with one button and nothing to fill in. */
export function button(
  action: ActionName,
  fields: HiddenFields,
  { label, tone = "", name }: { label: string; tone?: string; name?: string },
): Html {
  return html`<form method="post" action="/actions/${action}">
    ${hidden(fields)}
    <button class="button ${tone}" ${name === undefined ? nothing : html`aria-label="${name}"`}>${label}</button>
  </form>`;
}

/** A form that deletes for good: the kind must be typed. */
export function deletion(action: ActionName, fields: HiddenFields & { kind: string }, label: string): Html {
  return html`<form class="search" method="post" action="/actions/${action}">
    ${hidden(fields)}
    ${field({ name: "confirm", label: `Type ${fields.kind} to confirm`, required: true, autocomplete: "off" })}
    <button class="button danger sure">${label}</button>
  </form>`;
}

/** The way out of a page that asks. */
export const back: Html = html`<p><a href="/actions">Back, and do nothing</a></p>`;
