// The pages' static files, read once at the start and served under /assets/. Styles of the design system are those of the
// people's pages.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const own = new URL("./assets/", import.meta.url);
const shared = new URL("../../triggers/web/assets/", import.meta.url);

const uplot = dirname(createRequire(import.meta.url).resolve("uplot"));

/** Files from elsewhere, by the name under which they are served. */
const others: Readonly<Record<string, string>> = {
  "tokens.css": fileURLToPath(new URL("tokens.css", shared)),
  "app.css": fileURLToPath(new URL("app.css", shared)),
  "icon.svg": fileURLToPath(new URL("icon.svg", shared)),
  "uplot.js": join(uplot, "uPlot.esm.js"),
  "uplot.css": join(uplot, "uPlot.min.css"),
};

/** Routes of the files. No other file can be reached. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  const names = readdirSync(own).map((name) => [name, fileURLToPath(new URL(name, own))] as const);
  for (const [name, path] of [...Object.entries(others), ...names]) {
    const [body, type = ""] = [readFileSync(path), types[extname(name)]];
    routes.get(`/${name}`, (context) => context.body(body, 200, { "Content-Type": type }));
  }
  return routes;
}
