// The API's description and the page to read it on.
import * as z from "zod";
import type { Declaration } from "../declaration.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { apiDocument } from "./document.ts";
import { apiView } from "./views.ts";

const documentPath = "/api/v1/openapi.json";

/** Describes the routes that the function answers, these among them. */
export function openApiRoutes(described: () => readonly Declaration[]): readonly Route[] {
  return [
    route({
      method: "GET",
      path: documentPath,
      access: "public",
      anonymous: true,
      summary: "This description",
      answer: z.looseObject({ openapi: z.string() }),
      handle: ({ context, deps }) => context.json(apiDocument(described(), deps.settings)),
    }),
    route({
      method: "GET",
      path: "/api/docs",
      access: "public",
      summary: "A page to read the API's description on",
      handle: (visit) =>
        pageResponse(visit, apiView(apiDocument(described(), visit.deps.settings), documentPath)),
    }),
  ];
}
