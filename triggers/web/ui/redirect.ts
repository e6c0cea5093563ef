// The answer to a form: a redirect to a page that says what happened.
import type { Context } from "hono";
import type { WebDependencies } from "../dependencies.ts";
import { leaveNotice, type Notice } from "./flash.ts";

/** Leads to one of our pages, with a notice. */
export function redirectTo(
  { context, deps }: { context: Context; deps: WebDependencies },
  path: `/${string}`,
  notice?: Notice,
): Response {
  if (notice !== undefined) leaveNotice(context, deps.settings, notice);
  return context.redirect(path, 303);
}
