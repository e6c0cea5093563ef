// The API of pictures: send some, see what became of them, list and delete them.
import * as z from "zod";
import type { WebDependencies } from "../dependencies.ts";
import { InvalidField } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { pictureProblem } from "./accept.ts";
import { listPictures, pictureCursor } from "./list-pictures.ts";
import { mostOutcomes, outcomeSchema, outcomesOf } from "./outcomes.ts";
import { deletePicture, ownPicture } from "./own-picture.ts";
import type { ReadyPicture } from "./picture-row.ts";
import { addressPart, albumName, maxAlbumName, nameOfKey, pictureKey } from "./places.ts";
import { formFor } from "./transfer.ts";

/** A file that someone wants to send. */
export const wishSchema = z.object({
  name: z.string().min(1, "takes a file name").max(255, "takes at most 255 characters"),
  type: z
    .string()
    .max(100)
    .regex(/^([\w!#$&^.+-]+\/[\w!#$&^.+-]+)?$/, "takes a media type, for example image/png")
    .default(""),
  bytes: z.number().int().nonnegative(),
  album: z.string().trim().max(maxAlbumName, `takes at most ${maxAlbumName} characters`).default(""),
});

/** The form to send it with. */
export const formSchema = z.object({
  id: z.string(),
  url: z.string(),
  fields: z.record(z.string(), z.string()),
});

/** Which uploads to report. */
export const sentSchema = z.object({
  uploads: z
    .array(z.object({ id: z.string().min(1).max(1400), versionId: z.string().min(1).max(1024) }))
    .min(1)
    .max(mostOutcomes),
});

export const outcomesSchema = z.object({ outcomes: z.array(outcomeSchema) });

const pictureSchema = z.object({
  id: z.string(),
  name: z.string(),
  album: z.string(),
  state: z.enum(["ready", "refused"]),
  createdAt: z.string(),
  width: z.number().optional(),
  height: z.number().optional(),
  reason: z.string().optional(),
  /** What of the file the picture does not show. */
  notes: z.array(z.string()).optional(),
});

/**
 * Issues a form, after a last look at what the browser says of the file.
 * @throws InvalidField with the reason for the person
 */
export async function issuePicture(
  deps: WebDependencies,
  owner: string,
  wish: z.infer<typeof wishSchema>,
): Promise<z.infer<typeof formSchema>> {
  const problem = pictureProblem(wish);
  if (problem !== undefined) throw new InvalidField("file", problem);
  const key = pictureKey(owner, { ...wish, random: deps.random(12) });
  const contentType = wish.type === "" ? "application/octet-stream" : wish.type;
  return { id: addressPart(key), ...(await formFor(deps, { owner, key, contentType })) };
}

const sizeAndNotes = ({ width, height, notes }: ReadyPicture) => ({
  width,
  height,
  ...(notes && { notes: notes.map(({ text }) => text) }),
});

/** The routes. */
export const pictureApi: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/v1/pictures/uploads",
    access: "session",
    summary: "Announces a picture and gets the form to send it with",
    inputs: { body: wishSchema },
    answer: formSchema,
    answers: 201,
    handle: async ({ context, deps, visitor, body }) =>
      context.json(await issuePicture(deps, visitor.id, body), 201),
  }),
  route({
    method: "POST",
    path: "/api/v1/pictures/outcomes",
    access: "session",
    summary: "What became of pictures that were sent",
    inputs: { body: sentSchema },
    answer: outcomesSchema,
    handle: async ({ context, deps, visitor, body }) =>
      context.json({ outcomes: await outcomesOf(deps, visitor.id, body.uploads) }),
  }),
  route({
    method: "GET",
    path: "/api/v1/pictures",
    access: "session",
    summary: "Your pictures, newest first",
    inputs: { query: z.object({ after: pictureCursor.optional() }) },
    answer: z.object({ pictures: z.array(pictureSchema), next: z.string().optional() }),
    handle: async ({ context, deps, visitor, query }) => {
      const { pictures, next } = await listPictures(deps, visitor.id, query.after);
      const shown = pictures.map((row) => ({
        id: addressPart(row.key),
        name: nameOfKey(row.key),
        album: albumName(row.album, visitor.id),
        state: row.state,
        createdAt: row.createdAt,
        ...(row.state === "ready" ? sizeAndNotes(row) : { reason: row.reason }),
      }));
      return context.json({ pictures: shown, next });
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/pictures/:id",
    access: "session",
    summary: "Deletes a picture",
    inputs: { params: z.object({ id: z.string().min(1).max(1400) }) },
    answers: 204,
    handle: async ({ context, deps, visitor, params }) => {
      await deletePicture(deps, await ownPicture(deps, visitor, params.id));
      return context.body(null, 204);
    },
  }),
];
