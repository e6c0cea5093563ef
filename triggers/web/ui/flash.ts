// A notice that survives one redirect: a form's answer is a redirect, and the page it leads to says what happened. Kept in
// a cookie that only we write; its text is escaped like any other.
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import type { WebSettings } from "../dependencies.ts";

const noticeSchema = z.object({ tone: z.enum(["good", "bad"]), text: z.string().max(500) });

/** A line at the top of a page. */
export type Notice = z.infer<typeof noticeSchema>;

const cookieOf = ({ cookie }: WebSettings) => `${cookie}-notice`;
const optionsOf = ({ origin }: WebSettings) => {
  return { path: "/", httpOnly: true, sameSite: "Lax", secure: origin.startsWith("https:") } as const;
};

/** Leaves a notice for the next page. */
export function leaveNotice(context: Context, settings: WebSettings, notice: Notice): void {
  const text = notice.text.slice(0, 500);
  const value = Buffer.from(JSON.stringify({ ...notice, text })).toString("base64url");
  setCookie(context, cookieOf(settings), value, { ...optionsOf(settings), maxAge: 60 });
}

/**
 * Takes the notice that the last answer left, if any. A script that renews a page in another window leaves it to the page it
 * is for.
 */
export function takeNotice(context: Context, settings: WebSettings): Notice | undefined {
  if (context.req.header("sec-fetch-dest") === "empty") return undefined;
  const value = getCookie(context, cookieOf(settings));
  if (value === undefined) return undefined;
  deleteCookie(context, cookieOf(settings), optionsOf(settings));
  try {
    return noticeSchema.safeParse(JSON.parse(Buffer.from(value, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}
