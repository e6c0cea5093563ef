// The start: a person's files.
import { type Route, route } from "./route.ts";

export const homeRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/",
    access: "session",
    summary: "Leads to the person's files",
    handle: ({ context }) => context.redirect("/files", 303),
  }),
];
