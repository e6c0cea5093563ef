// The pages' static files, read once at the start and served under /assets/.
import { readFileSync } from "node:fs";
import { Hono } from "hono";

const types = {
  "console.css": "text/css; charset=utf-8",
  "console.js": "text/javascript; charset=utf-8",
  "mailbox.css": "text/css; charset=utf-8",
  "mailbox.js": "text/javascript; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "uploads.js": "text/javascript; charset=utf-8",
  "upload-row.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

/** The people's pages have the same colours, type and spacing (docs/design-system.md). */
const tokens = new URL("../../../triggers/web/assets/tokens.css", import.meta.url);

/** Routes of the files. No other file can be reached. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  const shared = readFileSync(tokens);
  routes.get("/tokens.css", (context) => context.body(shared, 200, { "Content-Type": types["console.css"] }));
  for (const [name, type] of Object.entries(types)) {
    const body = readFileSync(new URL(`./assets/${name}`, import.meta.url));
    routes.get(`/${name}`, (context) => context.body(body, 200, { "Content-Type": type }));
  }
  return routes;
}
