// Node's own modules in the worker's bundle: whichever way they are imported, what is imported is there.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { banner, builtinsAsObjects } from "../../../scripts/build/bundle-worker.ts";

/** What a module exports once it is bundled as the worker is. */
async function exportsOf(source: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "builtins-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "entry.ts"), source);
  await build({
    entryPoints: [join(folder, "entry.ts")],
    outdir: join(folder, "out"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    plugins: [builtinsAsObjects],
    banner: { js: banner },
  });
  return import(pathToFileURL(join(folder, "out/entry.mjs")).href);
}

test("names, defaults and namespaces of a module are Node's own", async () => {
  const found = await exportsOf(`
    import { readFileSync } from "node:fs";
    import path, { join } from "path";
    import * as crypto from "node:crypto";
    export const same = readFileSync === process.getBuiltinModule("node:fs").readFileSync
      && path.join === join && typeof crypto.randomUUID === "function";
  `);
  expect(found.same).toBe(true);
});

test("a module that is imported late has its names beside its default, as from Node", async () => {
  const found = await exportsOf(`
    const { Agent, request, default: whole } = await import("node:http");
    const fs = await import("node:fs");
    export const kinds = [Agent, request, whole.request, fs.readFileSync, fs.promises.readFile].map((each) => typeof each);
  `);
  expect(found.kinds).toEqual(Array(5).fill("function"));
});
