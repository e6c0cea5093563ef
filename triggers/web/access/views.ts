// The pages around signing in.
import { html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import type { Page } from "../ui/page.ts";

const signInLink = (text: string) =>
  html`<a class="button primary" href="/sign-in">${icon("person")} ${text}</a>`;

/** After signing out. */
export const signedOutView: Page = {
  title: "You are signed out",
  narrow: true,
  main: html`<div class="card">
    <p>Your session has ended on this device.</p>
    ${signInLink("Sign in again")}
  </div>`,
};

const reasons = {
  expired: "The sign-in took too long, or it was begun in another browser.",
  refused: "The sign-in was not completed.",
  blocked: "An admin has blocked this account. Ask an admin if you think that is a mistake.",
} as const;

/** A sign-in that came to nothing. */
export function signInFailedView(why: keyof typeof reasons): Page {
  return {
    title: "You are not signed in",
    narrow: true,
    status: why === "blocked" ? 403 : 400,
    main: html`<div class="card">
      <p>${reasons[why]}</p>
      ${signInLink("Try again")}
    </div>`,
  };
}
