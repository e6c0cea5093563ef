// The routes of albums, under /results as pages and under /api as JSON, and those that lead to their objects.
import { type Context, Hono } from "hono";
import { html } from "../../../triggers/web/ui/html.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { isRevealed } from "../masking/reveal.ts";
import type { Seals } from "../masking/seals.ts";
import { resultsTabs } from "../results/page.ts";
import { type DownloadObject, downloadSeconds, type Presigner } from "../results/presign.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { albumAddress } from "./addresses.ts";
import { pictureObject, readAlbum, sheetObject } from "./read-album.ts";
import { readAlbums } from "./read-albums.ts";
import { albumsAddress, albumsView, albumView, shownName } from "./views.ts";

/** What the routes need. */
export type AlbumsOptions = JobsSource & { frame: Frame; seals: Seals; presign: Presigner };

/** Creates the routes. */
export function albumRoutes(options: AlbumsOptions): Hono {
  const routes = new Hono();
  addLists(routes, options);
  addAlbum(routes, options);
  addObjects(routes, options);
  return routes;
}

const look = { at: "/results", styles: ["albums.css"] };

/** A cursor in the form that a page gives out; anything else begins at the newest. */
const timeOf = (text: string | undefined) =>
  /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(text ?? "") ? text : undefined;
const placeOf = (text: string | undefined) => (/^\d{12}$/.test(text ?? "") ? text : undefined);

function addLists(routes: Hono, options: AlbumsOptions): void {
  const { frame, seals } = options;
  const read = (context: Context) => {
    const query = context.req.query();
    return readAlbums(options, { before: timeOf(query.before), reveal: isRevealed(query), seals });
  };
  routes.get("/results/albums", async (context) => {
    const query = context.req.query();
    const first = query.before === undefined ? undefined : albumsAddress;
    const shown = albumsView(await read(context), { reveal: isRevealed(query), first });
    const main = html`${resultsTabs("albums")} ${shown}`;
    const json = `/api/albums${new URL(context.req.url).search}`;
    return context.html(frameView({ ...look, frame, title: "Albums", json, main }));
  });
  routes.get("/api/albums", async (context) => {
    const { albums, next = null, masked } = await read(context);
    return context.json({ v: 1, albums, masked, next });
  });
}

function addAlbum(routes: Hono, options: AlbumsOptions): void {
  const { frame, seals } = options;
  const read = async (context: Context) => {
    const query = context.req.query();
    const name = nameIn(context, seals);
    if (name === undefined) return undefined;
    return readAlbum(options, { name, before: placeOf(query.before), reveal: isRevealed(query), seals });
  };
  routes.get("/results/album", async (context) => {
    const found = await read(context);
    const query = context.req.query();
    if (found === undefined) {
      const main = html`<section class="card"><p>There is no such album. <a href="${albumsAddress}">All albums</a></p></section>`;
      return context.html(frameView({ frame, title: "Nothing here", at: "/results", main }), 404);
    }
    const address = albumAddress(found.album.ref);
    const showing = { reveal: isRevealed(query), first: query.before === undefined ? undefined : address };
    const title = `Album ${shownName(found.album.shown)}`;
    const json = address.replace("/results/", "/api/");
    return context.html(frameView({ ...look, frame, title, json, main: albumView(found, showing) }));
  });
  routes.get("/api/album", async (context) => {
    const found = await read(context);
    if (found === undefined) return context.json({ error: "there is no such album" }, 404);
    return context.json({ v: 1, ...found, next: found.next ?? null });
  });
}

/** The album that an address names, by its name or its seal. DynamoDB's keys have at most 2,048 bytes. */
function nameIn(context: Context, seals: Seals): string | undefined {
  const name = seals.open(context.req.query("name") ?? "");
  return name === undefined || name === "" || Buffer.byteLength(name) > 2048 ? undefined : name;
}

function addObjects(routes: Hono, options: AlbumsOptions): void {
  const { seals, presign } = options;
  const leadTo = async (context: Context, object: DownloadObject | undefined) => {
    if (object === undefined) return context.text("There is no such picture.", 404);
    context.header("Cache-Control", `private, max-age=${downloadSeconds / 2}`);
    return context.redirect(await presign.download(object), 302);
  };
  const number = (text: string | undefined) => (/^\d{1,12}$/.test(text ?? "") ? Number(text) : undefined);
  routes.get("/results/album/picture", async (context) => {
    const [album, ordinal] = [nameIn(context, seals), number(context.req.query("ordinal"))];
    if (album === undefined || ordinal === undefined) return leadTo(context, undefined);
    return leadTo(context, await pictureObject(options, { album, ordinal }));
  });
  routes.get("/results/album/sheet", async (context) => {
    const [album, threshold] = [nameIn(context, seals), number(context.req.query("threshold"))];
    if (album === undefined || threshold === undefined) return leadTo(context, undefined);
    return leadTo(context, await sheetObject(options, { album, threshold }));
  });
}
