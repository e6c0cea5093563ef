// Makes routes: a declaration with its handler. Access, CSRF, limits and schemas are applied from the declaration alone
// (app.ts), so that no handler can forget them.
import type { Context } from "hono";
import type * as z from "zod";
import type { Visitor } from "./access/visitor.ts";
import type { Access, Declaration, Inputs } from "./declaration.ts";
import type { WebDependencies } from "./dependencies.ts";
import { readInputs } from "./read-inputs.ts";

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** One request of a route, checked. */
export type Visit<Who extends Access = Access, Taken extends Inputs = Inputs> = {
  context: Context;
  deps: WebDependencies;
  /** Undefined only on public routes, when nobody is signed in. */
  visitor: Who extends "public" ? Visitor | undefined : Visitor;
  params: Output<Taken["params"]>;
  query: Output<Taken["query"]>;
  body: Output<Taken["body"]>;
};

/** A route in the registry. `respond` gets a request that has passed access and CSRF. */
export type Route = Declaration & {
  respond: (request: {
    context: Context;
    deps: WebDependencies;
    visitor: Visitor | undefined;
  }) => Promise<Response>;
};

/** A declaration with its handler. */
export type RouteSpec<Who extends Access, Taken extends Inputs> = Declaration & {
  access: Who;
  inputs?: Taken;
  handle: (visit: Visit<Who, Taken>) => Response | Promise<Response>;
};

/** Makes a route. The handler's `params`, `query`, `body` and `visitor` have the types of the declaration. */
export function route<const Who extends Access, Taken extends Inputs = Record<never, never>>(
  spec: RouteSpec<Who, Taken>,
): Route {
  const { handle, ...declaration } = spec;
  return {
    ...declaration,
    respond: async ({ context, deps, visitor }) => {
      const inputs = await readInputs(context, declaration);
      // The app lets nobody in without a visitor unless the route is public, and `inputs` come from these schemas.
      return handle({ context, deps, visitor, ...inputs } as unknown as Visit<Who, Taken>);
    },
  };
}
