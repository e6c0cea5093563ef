// Headers of every response. Scripts and styles come from the app itself; storage may only give pictures and take uploads.
import type { MiddlewareHandler } from "hono";
import type { WebSettings } from "../dependencies.ts";

const yearSeconds = 365 * 24 * 60 * 60;

/** The content security policy of the pages. */
export function contentPolicy({ storageOrigins, signInOrigins }: WebSettings): string {
  const storage = storageOrigins.join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src 'self' blob: ${storage}`,
    `connect-src 'self' ${storage}`,
    // Browsers apply form-action to where a form's answer redirects to: a download, or the provider's sign-out.
    `form-action 'self' ${[...storageOrigins, ...signInOrigins].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** Sets the headers. */
export function securityHeaders(settings: WebSettings): MiddlewareHandler {
  const policy = contentPolicy(settings);
  const secure = settings.origin.startsWith("https:");
  return async (context, next) => {
    await next();
    context.header("Content-Security-Policy", policy);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("X-Frame-Options", "DENY");
    context.header("Referrer-Policy", "same-origin");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (secure) context.header("Strict-Transport-Security", `max-age=${yearSeconds}; includeSubDomains`);
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  };
}
