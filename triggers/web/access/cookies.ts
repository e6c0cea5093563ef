// The two cookies of the sign-in. Both are random, unreadable for scripts, and sent to this host only.
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { WebSettings } from "../dependencies.ts";

/** `session`: who is signed in. `pending`: a sign-in under way, apart so that it cannot become a session. */
export type CookieUse = "session" | "pending";

const nameOf = ({ cookie }: WebSettings, use: CookieUse) =>
  use === "session" ? cookie : `${cookie}-sign-in`;

/** `Lax`: the provider's redirect back is a navigation from another site, and must carry the cookie. */
const optionsOf = ({ origin }: WebSettings) =>
  ({ path: "/", httpOnly: true, sameSite: "Lax", secure: origin.startsWith("https:") }) as const;

/** The value the browser sent. */
export function readCookie(context: Context, settings: WebSettings, use: CookieUse): string | undefined {
  return getCookie(context, nameOf(settings, use));
}

/** Has the browser keep a value for so many seconds. */
export function keepCookie(
  context: Context,
  settings: WebSettings,
  { use, value, seconds }: { use: CookieUse; value: string; seconds: number },
): void {
  setCookie(context, nameOf(settings, use), value, { ...optionsOf(settings), maxAge: seconds });
}

/** Has the browser forget it. */
export function forgetCookie(context: Context, settings: WebSettings, use: CookieUse): void {
  deleteCookie(context, nameOf(settings, use), optionsOf(settings));
}
