// Requests that change something must come from our own pages. Two independent proofs: what the browser says about the
// request's origin, and a token of the session that other sites cannot read.
import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { Visitor } from "../access/visitor.ts";
import type { Declaration } from "../declaration.ts";
import type { WebSettings } from "../dependencies.ts";
import { formFields, readBody } from "../read-inputs.ts";
import { ForeignRequest } from "../refusals.ts";

/** Name of the field in forms, and of the header in scripts' requests. */
export const csrfField = "csrf";
export const csrfHeader = "x-csrf-token";

/**
 * Checks a request that changes something.
 * @throws ForeignRequest
 */
export async function checkOwnRequest(
  context: Context,
  declaration: Declaration,
  { settings, visitor }: { settings: WebSettings; visitor: Visitor | undefined },
): Promise<void> {
  const site = context.req.header("sec-fetch-site");
  const origin = context.req.header("origin");
  if (site !== undefined && site !== "same-origin") throw new ForeignRequest();
  if (origin !== undefined && origin !== settings.origin) throw new ForeignRequest();
  // A public form acts for nobody, so there is nothing that another site could make a person do.
  if (declaration.access === "public") return;
  const token = context.req.header(csrfHeader) ?? (await fieldOf(context, declaration));
  if (visitor === undefined || !sameToken(token, visitor.csrf)) throw new ForeignRequest();
}

async function fieldOf(context: Context, declaration: Declaration): Promise<string> {
  const type = context.req.header("content-type") ?? "";
  if (!type.toLowerCase().startsWith("application/x-www-form-urlencoded")) return "";
  const value = formFields(await readBody(context, declaration))[csrfField];
  return typeof value === "string" ? value : "";
}

function sameToken(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return b.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
