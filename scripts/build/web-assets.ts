// Builds the static files of the pages: styles and the icon as they are, client scripts bundled for browsers. Knows nothing
// of who serves them.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import type { Asset, Assets } from "../../triggers/web/assets.ts";

const web = resolve(import.meta.dirname, "../../triggers/web");

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".js": "text/javascript; charset=utf-8",
};

/** Every file in triggers/web/assets, and every script at the top of triggers/web/client as `NAME.js`. */
export async function buildWebAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  const add = (name: string, body: Uint8Array<ArrayBuffer>) => {
    const type = types[/\.[a-z]+$/.exec(name)?.[0] ?? ""];
    if (type !== undefined) files.set(name, { body, type });
  };
  for (const name of readdirSync(join(web, "assets")))
    add(name, new Uint8Array(readFileSync(join(web, "assets", name))));
  for (const [name, body] of await bundleScripts(join(web, "client"))) add(name, body);
  const digest = createHash("sha256");
  for (const [name, { body }] of files) digest.update(name).update(body);
  return { version: digest.digest("base64url").slice(0, 12), files };
}

async function bundleScripts(folder: string): Promise<[string, Uint8Array<ArrayBuffer>][]> {
  if (!existsSync(folder)) return [];
  const entryPoints = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const { outputFiles } = await build({
    entryPoints: entryPoints.map((name) => join(folder, name)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles.map(({ path, contents }) => [basename(path), new Uint8Array(contents)]);
}
