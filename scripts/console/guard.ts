// Headers of every response and checks of every request. The console trusts this machine's browser, so it must refuse
// the pages of other sites that use this browser to reach it.
import type { MiddlewareHandler } from "hono";

const ownHost = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

/** Refuses a Host other than this machine's own names: with DNS rebinding the Host is the attacker's. */
export const onlyOwnHost: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host") ?? "";
  if (!ownHost.test(host)) return context.text("The console only answers to 127.0.0.1 and localhost.", 403);
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}`)
    return context.text("The console only accepts requests from its own pages.", 403);
  return next();
};

/** Strict headers: scripts and styles come from the console itself; pictures and uploads may use `origins` as well. */
export function securityHeaders(origins: readonly string[]): MiddlewareHandler {
  const own = ["'self'", ...origins].join(" ");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${own}`,
    `connect-src ${own}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return async (context, next) => {
    await next();
    context.header("Content-Security-Policy", policy);
    context.header("X-Content-Type-Options", "nosniff");
    // With no-referrer a form of our own would come with the origin "null", as one of another site can.
    context.header("Referrer-Policy", "same-origin");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  };
}

/** Refuses everything that could change the fleet. Asking for the outcomes of uploads is a POST only for its length. */
export const onlyReads: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req;
  if (method === "GET" || method === "HEAD" || path === "/api/uploads/outcomes") return next();
  return context.json({ error: "This console is read-only." }, 403);
};
