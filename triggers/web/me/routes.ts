// Who is signed in, for scripts.
import * as z from "zod";
import { type Route, route } from "../route.ts";

const answer = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  admin: z.boolean(),
  /** Sent back as `x-csrf-token` with every change. */
  csrf: z.string(),
  limits: z.object({
    fileHours: z.number(),
    maxFileHours: z.number(),
    maxFileBytes: z.number(),
    quotaBytes: z.number(),
  }),
});

export const meRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/v1/me",
    access: "session",
    summary: "Who is signed in, and what they may do",
    answer,
    handle: ({ context, deps, visitor }) => {
      const { id, name, address, admin, csrf } = visitor;
      const { fileHours, maxFileHours, maxFileBytes, quotaBytes } = deps.settings.files;
      const limits = { fileHours, maxFileHours, maxFileBytes, quotaBytes };
      return context.json({ id, name, address, admin, csrf, limits });
    },
  }),
];
