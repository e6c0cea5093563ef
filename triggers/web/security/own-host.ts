// Refuses requests for a host that is not ours: with DNS rebinding the Host is the attacker's.
import type { MiddlewareHandler } from "hono";
import type { WebSettings } from "../dependencies.ts";

/** Refuses foreign hosts; sends `localhost` to the address that the cookies and the sign-in belong to. */
export function onlyOwnHost({ origin, onlyOwnHost: wanted }: WebSettings): MiddlewareHandler {
  const own = new URL(origin);
  return async (context, next) => {
    const host = context.req.header("host");
    if (!wanted || host === own.host) return next();
    if (host === `localhost:${own.port}` && context.req.method === "GET") {
      const { pathname, search } = new URL(context.req.url);
      return context.redirect(`${origin}${pathname}${search}`, 302);
    }
    return context.text("This address is not served here.", 421);
  };
}
