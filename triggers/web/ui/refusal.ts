// The page of a refusal: what is wrong, and the way on.
import type { Refused } from "../refusals.ts";
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

/** The page of a refusal. */
export function refusalView({ status, message }: Refused): Page {
  return {
    title: titles[status] ?? "That did not work",
    narrow: true,
    status,
    main: html`<div class="card">
      <p>${message}</p>
      <p><a href="/">Back to the start</a></p>
    </div>`,
  };
}
