// The web app: pages and the JSON API, the same on Lambda and on a laptop. Applies to every request what its route
// declares: host, access, CSRF, then the handler.
import { type Context, Hono } from "hono";
import { readCookie } from "./access/cookies.ts";
import { findVisitor } from "./access/sessions.ts";
import type { Visitor } from "./access/visitor.ts";
import { isUnsafe } from "./declaration.ts";
import type { WebDependencies } from "./dependencies.ts";
import { refusalResponse } from "./refusal-response.ts";
import { NotFound, NotSignedIn, OnlyAdmins, Refused } from "./refusals.ts";
import type { Route } from "./route.ts";
import { routes as allRoutes } from "./routes.ts";
import { checkOwnRequest } from "./security/csrf.ts";
import { securityHeaders } from "./security/headers.ts";
import { onlyOwnHost } from "./security/own-host.ts";

/** Creates the app. */
export function createWebApp(deps: WebDependencies, routes: readonly Route[] = allRoutes): Hono {
  const app = new Hono();
  app.use(securityHeaders(deps.settings), onlyOwnHost(deps.settings));
  for (const route of routes) app.on(route.method, route.path, (context) => answer(deps, route, context));
  for (const [path, methods] of methodsByPath(routes))
    app.all(path, (context) => wrongMethod(context, methods));
  app.notFound((context) => unknownAddress(deps, context));
  app.onError((error, context) => {
    if (!(error instanceof Refused)) logFailure(deps, context, error);
    return refusalResponse(deps, context, error);
  });
  return app;
}

async function answer(deps: WebDependencies, route: Route, context: Context): Promise<Response> {
  const visitor = route.anonymous ? undefined : await visitorOf(deps, context);
  context.set("visitor", visitor);
  if (route.access !== "public" && visitor === undefined) throw new NotSignedIn();
  if (route.access === "admin" && visitor?.admin !== true) throw new OnlyAdmins();
  if (isUnsafe(route)) await checkOwnRequest(context, route, { settings: deps.settings, visitor });
  return route.respond({ context, deps, visitor });
}

async function unknownAddress(deps: WebDependencies, context: Context): Promise<Response> {
  context.set("visitor", await visitorOf(deps, context));
  return refusalResponse(deps, context, new NotFound());
}

async function visitorOf(deps: WebDependencies, context: Context): Promise<Visitor | undefined> {
  const cookie = readCookie(context, deps.settings, "session");
  return cookie === undefined ? undefined : findVisitor(deps, cookie);
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  return routes.reduce(
    (found, { path, method }) => found.set(path, [...(found.get(path) ?? []), method]),
    new Map<string, string[]>(),
  );
}

function wrongMethod(context: Context, methods: readonly string[]): never {
  context.header("Allow", methods.join(", "));
  throw new Refused(405, "wrong-method", "This address does not take that kind of request.");
}

function logFailure({ log }: WebDependencies, context: Context, error: Error): void {
  log("error", "web request failed", {
    method: context.req.method,
    route: context.req.routePath,
    cause: error,
  });
}
