// What every answer of the console carries and every request must satisfy. The console trusts this machine's browser,
// so it must make sure that no other site's page speaks to it through that browser.
import type { MiddlewareHandler } from "hono";

const ownHost = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

/** Refuses a Host that is not this machine's own name: a rebound DNS name carries the attacker's. */
export const onlyOwnHost: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host") ?? "";
  if (!ownHost.test(host)) return context.text("The console answers to 127.0.0.1 and localhost only.", 403);
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}`)
    return context.text("The console takes requests of its own page only.", 403);
  return next();
};

/** Strict headers; scripts and styles come from the console itself, pictures and uploads go to `origins`, too. */
export function securityHeaders(origins: readonly string[]): MiddlewareHandler {
  const own = ["'self'", ...origins].join(" ");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${own}`,
    `connect-src ${own}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return async (context, next) => {
    await next();
    context.header("Content-Security-Policy", policy);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  };
}
