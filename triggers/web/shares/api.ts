// The API of sharing with people, and of the directory that they are chosen from.
import * as z from "zod";
import { fileLimits } from "../../../worker/jobs/files/rows/file-row.ts";
import type { ShareRow } from "../../../worker/jobs/files/rows/share-row.ts";
import { ownFile } from "../files/find-file.ts";
import { type Route, route } from "../route.ts";
import { refusalReasons } from "./decide-readers.ts";
import { entrySchema, searchDirectory } from "./directory.ts";
import { type Shared, shareFile, sharesOf } from "./share-file.ts";

const params = z.object({ id: z.string() });

/** Ids of people. */
export const peopleInput = z.array(z.string().min(1).max(256)).max(fileLimits.people);

const readerSchema = z.object({ id: z.string(), name: z.string(), sharedAt: z.string() });

const sharedSchema = z.object({
  people: z.array(readerSchema),
  /** People who did not get the file, and why. */
  refused: z.array(z.object({ id: z.string(), name: z.string(), why: z.enum(refusalReasons) })),
});

const readerOf = ({ person: id, personName: name, sharedAt }: ShareRow) => ({ id, name, sharedAt });

const answerOf = ({ readers, refused }: Shared) => ({ people: readers.map(readerOf), refused });

/** The API's routes of shares. */
export const shareApi: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/v1/directory",
    access: "session",
    summary: "People to share with, by a part of their name or address",
    inputs: { query: z.object({ search: z.string().max(100).default("") }) },
    answer: z.object({ people: z.array(entrySchema) }),
    handle: async ({ context, deps, visitor, query: { search } }) =>
      context.json({ people: await searchDirectory(deps, visitor.id, search) }),
  }),
  route({
    method: "GET",
    path: "/api/v1/files/:id/people",
    access: "session",
    summary: "The people whom a file is shared with, for its owner",
    inputs: { params },
    answer: z.object({ people: z.array(readerSchema) }),
    handle: async ({ context, deps, visitor, params: { id } }) => {
      const file = await ownFile(deps, visitor, id);
      return context.json({ people: (await sharesOf(deps, file.id)).map(readerOf) });
    },
  }),
  route({
    method: "PUT",
    path: "/api/v1/files/:id/people",
    access: "session",
    summary: "Replaces the people whom a file is shared with; none takes it back from all",
    inputs: { params, body: z.object({ people: peopleInput }) },
    answer: sharedSchema,
    handle: async ({ context, deps, visitor, params: { id }, body: { people } }) =>
      context.json(answerOf(await shareFile(deps, visitor, id, { people, mode: "replace" }))),
  }),
  route({
    method: "POST",
    path: "/api/v1/files/:id/people",
    access: "session",
    summary: "Shares a file with more people",
    inputs: { params, body: z.object({ people: peopleInput.min(1) }) },
    answer: sharedSchema,
    handle: async ({ context, deps, visitor, params: { id }, body: { people } }) =>
      context.json(answerOf(await shareFile(deps, visitor, id, { people, mode: "add" }))),
  }),
  route({
    method: "DELETE",
    path: "/api/v1/files/:id/people/:person",
    access: "session",
    summary: "Takes a file back from one person",
    inputs: { params: z.object({ id: z.string(), person: z.string().max(256) }) },
    answer: sharedSchema,
    handle: async ({ context, deps, visitor, params: { id, person } }) =>
      context.json(answerOf(await shareFile(deps, visitor, id, { people: [person], mode: "remove" }))),
  }),
];
