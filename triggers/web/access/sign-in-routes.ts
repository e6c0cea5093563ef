// The routes of signing in and out.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { sessionRowSchema } from "../../../worker/jobs/files/rows/session-row.ts";
import { audit } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type Route, route, type Visit } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { forgetCookie, keepCookie, readCookie } from "./cookies.ts";
import { closeSession, openSession } from "./open-session.ts";
import { callbackPath, signedOutPath } from "./openid.ts";
import { keepPending, pendingSeconds, takePending } from "./pending.ts";
import { safeReturnTo } from "./return-to.ts";
import { sessionLimits } from "./sessions.ts";
import { signedOutView, signInFailedView } from "./views.ts";
import type { Visitor } from "./visitor.ts";

export const signInRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/sign-in",
    access: "public",
    anonymous: true,
    summary: "Leads to the sign-in provider and back to a page of ours",
    inputs: { query: z.object({ returnTo: z.string().optional().catch(undefined) }) },
    handle: async ({ context, deps, query }) => {
      const returnTo = safeReturnTo(query.returnTo, deps.settings.origin);
      const { address, checks } = await deps.signIn.begin();
      const value = await keepPending(deps, checks, returnTo);
      keepCookie(context, deps.settings, { use: "pending", value, seconds: pendingSeconds });
      return context.redirect(address, 303);
    },
  }),
  route({
    method: "GET",
    path: callbackPath,
    access: "public",
    anonymous: true,
    summary: "Where the sign-in provider leads back to",
    handle: (visit) => finishSignIn(visit),
  }),
  route({
    method: "POST",
    path: "/sign-out",
    access: "session",
    summary: "Ends the session here and at the sign-in provider",
    handle: async ({ context, deps, visitor }) => {
      const address = await signOutAddress(deps, visitor);
      await closeSession(deps, visitor);
      forgetCookie(context, deps.settings, "session");
      return context.redirect(address, 303);
    },
  }),
  route({
    method: "GET",
    path: signedOutPath,
    access: "public",
    anonymous: true,
    summary: "Says that the session has ended",
    handle: (visit) => pageResponse({ ...visit, visitor: undefined }, signedOutView),
  }),
];

/** The library tells its errors by codes. In bundles the names of its classes are short ones. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

async function finishSignIn(visit: Visit<"public">): Promise<Response> {
  const { context, deps } = visit;
  const { settings } = deps;
  const cookie = readCookie(context, settings, "pending");
  forgetCookie(context, settings, "pending");
  const pending = cookie === undefined ? undefined : await takePending(deps, cookie);
  if (pending === undefined) return failed(visit, "expired");
  // The host is ours by the settings, whatever the request claims.
  const callback = new URL(`${settings.origin}${callbackPath}${new URL(context.req.url).search}`);
  const finished = await deps.signIn.finish(callback, pending).catch((error: unknown) => {
    deps.log("warn", "sign-in not finished", { cause: causeOf(error) });
    return undefined;
  });
  if (finished === undefined) return failed(visit, "refused");
  const replaces = readCookie(context, settings, "session");
  const value = await openSession(deps, { ...finished, replaces });
  if (value === undefined) {
    const { subject, name } = finished.claims;
    await audit(deps, { action: "refused-sign-in", actor: subject, actorName: name });
    return failed(visit, "blocked");
  }
  keepCookie(context, settings, { use: "session", value, seconds: sessionLimits.latestSeconds });
  return context.redirect(pending.returnTo, 303);
}

function failed(visit: Visit<"public">, why: "expired" | "refused" | "blocked"): Promise<Response> {
  return pageResponse({ ...visit, visitor: undefined }, signInFailedView(why));
}

/** The provider's sign-out; our own page when the provider does not answer, so that nobody stays signed in here. */
async function signOutAddress(deps: WebDependencies, { sessionId }: Visitor): Promise<string> {
  const { Item } = await deps.db.send(
    new GetCommand({ TableName: deps.names.tables.sessions, Key: { id: sessionId } }),
  );
  const row = sessionRowSchema.safeParse(Item).data;
  const idToken = row?.kind === "session" ? (row.idToken ?? "") : "";
  return deps.signIn.signOutAddress(idToken).catch(() => signedOutPath);
}
