// Serves the static files where no CDN does.
import { NotFound } from "./refusals.ts";
import { type Route, route } from "./route.ts";

/** Serves the static files. No other file can be reached: names are looked up, never joined to a path. */
export const assetRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/assets/:version/:name",
    access: "public",
    anonymous: true,
    summary: "A style sheet, script or icon of the pages",
    handle: ({ context, deps }) => {
      const { version, files } = deps.assets;
      const asset = files.get(context.req.param("name") ?? "");
      if (asset === undefined) throw new NotFound();
      const current = context.req.param("version") === version;
      context.header("Cache-Control", current ? "public, max-age=31536000, immutable" : "public, max-age=60");
      return context.body(asset.body, 200, { "Content-Type": asset.type });
    },
  }),
];
