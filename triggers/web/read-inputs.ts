// Reads path, query and body by a route's schemas. What does not fit is refused with the field's name, or, in a path, as
// something that does not exist.
import type { Context } from "hono";
import type * as z from "zod";
import type { Declaration } from "./declaration.ts";
import { BodyTooLarge, InvalidField, NotFound, WrongBodyType } from "./refusals.ts";

/** The largest body of a route that declares none. */
export const defaultMaxBodyBytes = 64 * 1024;

/** Bytes of a request, at most the declared number. Read once; a later call gets the same bytes. */
export async function readBody(
  { req }: Context,
  { maxBodyBytes = defaultMaxBodyBytes }: Pick<Declaration, "maxBodyBytes">,
): Promise<Uint8Array> {
  if (Number(req.header("content-length") ?? 0) > maxBodyBytes) throw new BodyTooLarge(maxBodyBytes);
  const bytes = new Uint8Array(await req.arrayBuffer());
  if (bytes.length > maxBodyBytes) throw new BodyTooLarge(maxBodyBytes);
  return bytes;
}

/** The fields of a form. A field that occurs more than once is a list. */
export function formFields(bytes: Uint8Array): Record<string, string | string[]> {
  const form = new URLSearchParams(new TextDecoder().decode(bytes));
  const fields = new Map<string, string | string[]>();
  for (const name of new Set(form.keys())) {
    const [first = "", ...more] = form.getAll(name);
    fields.set(name, more.length === 0 ? first : [first, ...more]);
  }
  return Object.fromEntries(fields);
}

/**
 * Reads what a route takes.
 * @throws NotFound, InvalidField, BodyTooLarge, WrongBodyType
 */
export async function readInputs(context: Context, declaration: Declaration) {
  const { params, query, body } = declaration.inputs ?? {};
  return {
    params: params && parsed(params, context.req.param(), () => new NotFound()),
    query: query && parsed(query, queryFields(context), invalidField),
    body: body && parsed(body, await bodyOf(context, declaration), invalidField),
  };
}

/** The fields of the address. An empty one counts as absent, as a form without a script sends it. */
function queryFields({ req }: Context): Record<string, string> {
  return Object.fromEntries(Object.entries(req.query()).filter(([, value]) => value !== ""));
}

async function bodyOf(context: Context, declaration: Declaration): Promise<unknown> {
  const bytes = await readBody(context, declaration);
  const type = context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  const expected = declaration.path.startsWith("/api/")
    ? "application/json"
    : "application/x-www-form-urlencoded";
  if (type !== expected) throw new WrongBodyType(expected);
  return expected === "application/json" ? jsonOf(bytes) : formFields(bytes);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidField("body", "takes JSON in UTF-8");
  }
}

function parsed(schema: z.ZodType, value: unknown, refusal: (issues: z.core.$ZodIssue[]) => Error): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw refusal(result.error.issues);
  return result.data;
}

function invalidField([first]: z.core.$ZodIssue[]): InvalidField {
  return new InvalidField(first?.path.join(".") || "body", first?.message ?? "cannot be used");
}
