// The page of a refusal: what is wrong, and the way on.
import { InvalidField, type Refused } from "../refusals.ts";
import { html } from "./html.ts";
import type { Page } from "./page.ts";

const titles: Readonly<Record<number, string>> = {
  403: "Not allowed",
  404: "Nothing here",
  405: "Not possible here",
  409: "It has changed",
  413: "Too large",
  422: "That cannot be used",
  429: "Too many attempts",
  500: "Something went wrong",
};

/** What the pages call fields that are not called by their names. */
const labels: Readonly<Record<string, string>> = {
  maxFiles: "Files at most",
  megabytes: "MB together",
  maxDownloads: "Downloads",
  search: "Search",
};

/**
 * The page of a refusal.
 * @param form the page with the form that was sent, when there was one
 */
export function refusalView(refused: Refused, form?: string): Page {
  const { status } = refused;
  const text = refused instanceof InvalidField ? fieldText(refused) : refused.message;
  return {
    title: titles[status] ?? "That did not work",
    narrow: true,
    status,
    main: html`<div class="card">
      <p>${text}</p>
      <p>${form === undefined ? html`<a href="/">Back to the start</a>` : html`<a href="${form}">Back to the form</a>`}</p>
    </div>`,
  };
}

function fieldText({ field, problem }: InvalidField): string {
  const name = field.replace(/\..*/, "");
  return `${labels[name] ?? name.charAt(0).toUpperCase() + name.slice(1)}: ${problem}.`;
}
