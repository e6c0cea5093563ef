// How a refusal looks: JSON below /api/, otherwise a page; a page that needs a session leads to the sign-in.
import type { Context } from "hono";
import { safeReturnTo } from "./access/return-to.ts";
import type { Visitor } from "./access/visitor.ts";
import type { WebDependencies } from "./dependencies.ts";
import { NotSignedIn, Refused } from "./refusals.ts";
import { pageResponse } from "./ui/page.ts";
import { refusalView } from "./ui/refusal.ts";

/** An error that we did not foresee. */
const unforeseen = new Refused(500, "failed", "Something went wrong on our side. Try again in a moment.");

/** Answers a request that cannot be done. */
export function refusalResponse(
  deps: WebDependencies,
  context: Context,
  error: Error,
): Response | Promise<Response> {
  const refused = error instanceof Refused ? error : unforeseen;
  const { status, code, message, field } = refused;
  if (context.req.path.startsWith("/api/"))
    return context.json({ error: { code, message, ...(field !== undefined && { field }) } }, status);
  if (refused instanceof NotSignedIn) return context.redirect(signInAddress(context), 303);
  const visitor: Visitor | undefined = context.get("visitor");
  return pageResponse({ context, deps, visitor }, refusalView(refused, formOf(context, deps)));
}

/** The page with the form that was sent. It is one of ours: the browser tells other sites' pages by their origin alone. */
function formOf({ req }: Context, { settings }: WebDependencies): string | undefined {
  const from = URL.parse(req.header("referer") ?? "");
  if (req.method === "GET" || from?.origin !== settings.origin) return undefined;
  return safeReturnTo(`${from.pathname}${from.search}`, settings.origin);
}

/** The sign-in that leads back to a page. What a lost form was about to do is not repeated. */
function signInAddress({ req }: Context): string {
  if (req.method !== "GET") return "/sign-in";
  const { pathname, search } = new URL(req.url);
  return pathname === "/" ? "/sign-in" : `/sign-in?returnTo=${encodeURIComponent(pathname + search)}`;
}
