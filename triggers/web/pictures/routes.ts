// The pictures' pages: newest first, albums with their contact sheets, one picture large, delete.
import type { Context } from "hono";
import * as z from "zod";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { redirectTo } from "../ui/redirect.ts";
import { albumsView, albumView } from "./album-views.ts";
import { type Album, albumPictures, listAlbums, listSheets, ownAlbum } from "./albums.ts";
import { anonymousRoutes } from "./anonymous.ts";
import { pictureApi } from "./api.ts";
import { gridView, listAddress } from "./grid-view.ts";
import { listPictures, neighbours, pictureCursor } from "./list-pictures.ts";
import { deletePicture, mayManage, ownPicture, ownReadyPicture } from "./own-picture.ts";
import { pictureView } from "./picture-view.ts";
import { albumName, anonymous, fromAddressPart, nameOfKey } from "./places.ts";
import { addressCache, addressOf, type ShownObject } from "./transfer.ts";

const picture = z.object({ id: z.string().min(1).max(1400) });
const album = z.object({ album: z.string().min(1).max(1400) });
const sheet = album.extend({ threshold: z.coerce.number().int().positive() });
const listQuery = z.object({ after: pictureCursor.optional(), from: z.enum(["anyone"]).optional() });

/** An album in an address. @throws NotFound */
async function albumOf(deps: WebDependencies, visitor: Visitor, part: string): Promise<Album> {
  const name = fromAddressPart(part);
  const owner = name === "anonymous" ? anonymous : visitor.id;
  const found = name && mayManage(visitor, owner) ? await ownAlbum(deps, owner, name) : undefined;
  if (found === undefined) throw new NotFound();
  return found;
}

/** Leads to one version of an object, by an address that the browser may use again for a while. */
async function leadTo(context: Context, deps: WebDependencies, object: ShownObject): Promise<Response> {
  context.header("Cache-Control", addressCache);
  return context.redirect(await addressOf(deps, object), 302);
}

const pages: readonly Route[] = [
  route({
    method: "GET",
    path: "/pictures",
    access: "session",
    summary: "Your pictures, newest first",
    inputs: { query: listQuery },
    handle: async (visit) => {
      const { deps, visitor, query } = visit;
      const owner = query.from === "anyone" ? anonymous : visitor.id;
      if (!mayManage(visitor, owner)) throw new NotFound();
      const [list, albums] = await Promise.all([
        listPictures(deps, owner, query.after),
        listAlbums(deps, visitor.id),
      ]);
      const tabs = { visitor, anonymous: deps.settings.files.anonymousPictures };
      return pageResponse(
        visit,
        gridView({ ...list, ...tabs, owner, albums, first: query.after === undefined }),
      );
    },
  }),
  route({
    method: "GET",
    path: "/pictures/albums",
    access: "session",
    summary: "Your albums",
    handle: async (visit) =>
      pageResponse(visit, albumsView(visit.visitor, await listAlbums(visit.deps, visit.visitor.id))),
  }),
  route({
    method: "GET",
    path: "/pictures/albums/:album",
    access: "session",
    summary: "An album with its contact sheets",
    inputs: { params: album, query: z.object({ before: z.string().max(20).optional() }) },
    handle: async (visit) => {
      const { deps, visitor, params, query } = visit;
      const found = await albumOf(deps, visitor, params.album);
      const [page, sheets] = await Promise.all([
        albumPictures(deps, found, query.before),
        listSheets(deps, found.album),
      ]);
      return pageResponse(visit, albumView({ ...page, sheets, visitor, album: found }));
    },
  }),
  route({
    method: "GET",
    path: "/pictures/albums/:album/sheets/:threshold",
    access: "session",
    summary: "A contact sheet",
    inputs: { params: sheet },
    handle: async ({ context, deps, visitor, params }) => {
      const { album: whole, owner } = await albumOf(deps, visitor, params.album);
      const sheets = await listSheets(deps, whole);
      const found = sheets.find(({ threshold }) => threshold === params.threshold);
      if (found === undefined) throw new NotFound();
      const name = `${albumName(whole, owner)} ${found.threshold}`;
      return leadTo(context, deps, { ...found, name });
    },
  }),
  route({
    method: "GET",
    path: "/pictures/:id",
    access: "session",
    summary: "One picture, large",
    inputs: { params: picture },
    handle: async (visit) => {
      const shown = await ownReadyPicture(visit.deps, visit.visitor, visit.params.id);
      const name = albumName(shown.album, shown.owner);
      return pageResponse(
        visit,
        pictureView({ ...(await neighbours(visit.deps, shown)), shown, album: name, visitor: visit.visitor }),
      );
    },
  }),
  route({
    method: "GET",
    path: "/pictures/:id/image",
    access: "session",
    summary: "The picture itself",
    inputs: { params: picture },
    handle: async ({ context, deps, visitor, params }) => {
      const shown = await ownReadyPicture(deps, visitor, params.id);
      const { resultBucket: bucket, resultKey, resultVersionId: versionId, contentType } = shown;
      const name = nameOfKey(shown.key);
      return leadTo(context, deps, { bucket, key: resultKey, versionId, contentType, name });
    },
  }),
  route({
    method: "POST",
    path: "/pictures/:id/delete",
    access: "session",
    summary: "Deletes a picture",
    inputs: { params: picture },
    handle: async (visit) => {
      const found = await ownPicture(visit.deps, visit.visitor, visit.params.id);
      await deletePicture(visit.deps, found);
      const text = found.state === "ready" ? "The picture is deleted." : "The refused file is deleted.";
      return redirectTo(visit, listAddress(found.owner), { tone: "good", text });
    },
  }),
];

/** The pictures' routes. */
export const pictureRoutes: readonly Route[] = [...pictureApi, ...anonymousRoutes, ...pages];
