// The API's description (OpenAPI 3.1) from the routes themselves: the schemas that check requests are the ones described.
import * as z from "zod";
import { type Declaration, isApi, isUnsafe } from "../declaration.ts";
import { csrfHeader } from "../security/csrf.ts";

/** A JSON Schema as zod writes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A parameter in the path or the query. */
export type Parameter = { name: string; in: "path" | "query"; required: boolean; schema: unknown };

type Content = { "application/json": { schema: JsonSchema | { $ref: string } } };
type Answer = { description: string; content?: Content } | { $ref: string };

/** One operation. */
export type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, Answer>;
};

/** The whole description. */
export type ApiDocument = {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: object;
};

const description = `Answers are JSON. Every change needs the session's token, from GET /api/v1/me, in the header ${csrfHeader}.
A refused request answers {"error":{"code","message","field"?}}: branch on the code, show the message.`;

/** Describes the API routes among these. */
export function apiDocument(
  routes: readonly Declaration[],
  { origin, cookie }: { origin: string; cookie: string },
): ApiDocument {
  const paths: ApiDocument["paths"] = {};
  for (const route of routes.filter(isApi)) {
    const path = route.path.replace(/:([A-Za-z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "FIFO Fleet", version: "1", description },
    servers: [{ url: origin }],
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: cookie },
        csrf: { type: "apiKey", in: "header", name: csrfHeader },
      },
      schemas: { Error: schemaOf(errorSchema, "output") },
      responses: {
        Refused: { description: "Refused", content: json({ $ref: "#/components/schemas/Error" }) },
      },
    },
  };
}

/** What a refused request answers. */
export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
});

const json = (schema: JsonSchema | { $ref: string }): Content => ({ "application/json": { schema } });
const refused = { $ref: "#/components/responses/Refused" };

function operation(route: Declaration): Operation {
  const { method, path, summary, access, inputs = {}, answer, answers = 200 } = route;
  const session: Record<string, string[]> = isUnsafe(route) ? { session: [], csrf: [] } : { session: [] };
  return {
    operationId: [method.toLowerCase(), ...path.split("/").slice(3)].join("-").replace(/[^\w-]/g, "-"),
    summary,
    tags: [tagOf(path)],
    security: access === "public" ? [] : [session],
    parameters: [...parametersOf(inputs.params, "path"), ...parametersOf(inputs.query, "query")],
    ...(inputs.body && { requestBody: { required: true, content: json(schemaOf(inputs.body, "input")) } }),
    responses: {
      [answers]: {
        description: access === "admin" ? "Done; admins only" : "Done",
        ...(answer && { content: json(schemaOf(answer, "output")) }),
      },
      default: refused,
    },
  };
}

const tagOf = (path: string) =>
  path
    .split("/")
    .slice(3)
    .find((part) => !/^admin$|\./.test(part)) ?? "api";

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  // The document says once which JSON Schema it speaks.
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return described;
}

function parametersOf(schema: z.ZodType | undefined, place: Parameter["in"]): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input");
  return Object.entries(properties).map(([name, property]) => {
    return { name, in: place, required: place === "path" || required.includes(name), schema: property };
  });
}
