// Bundles of a worker and of the triggers as they are shipped, and beside them the same code with its packages left in node_modules.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { eventSources } from "../../../../triggers/catalog/event-sources.ts";
import { bundleFunction } from "../../../build/bundle-function.ts";
import { bundleWorker } from "../../../build/bundle-worker.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** Files of Node programs that can be started. */
export type Bundles = {
  worker: string;
  /** Imports all of the worker's code and every package that it ever loads, at once. */
  everything: string;
  /** Each trigger as it is deployed, and as `everything` of the worker. */
  triggers: readonly { name: string; deployed: string; everything: string }[];
};

const node = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  logLevel: "error",
} as const;

async function unbundled(entry: string, outfile: string): Promise<{ file: string; packages: string[] }> {
  const { metafile } = await build({
    ...node,
    entryPoints: [join(root, entry)],
    outfile,
    packages: "external",
    metafile: true,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = imports.filter(({ external, path }) => external && !path.startsWith("node:"));
  return { file: outfile, packages: [...new Set(packages.map(({ path }) => path))] };
}

/** Makes all bundles in a folder below the project's, so that they find its packages. */
export async function makeBundles(folder: string): Promise<Bundles> {
  const worker = join(folder, "worker");
  await bundleWorker(root, worker);
  const { file, packages } = await unbundled("worker/process/run-worker.ts", join(folder, "run-worker.mjs"));
  const child = await unbundled("worker/jobs/sandbox/child.ts", join(folder, "child.mjs"));
  const everything = join(folder, "everything.mjs");
  await writeImports(everything, [...new Set([...packages, ...child.packages]), file]);
  const triggers = await Promise.all(Object.keys(eventSources).map((name) => bothWays(name, folder)));
  return { worker: join(worker, "main.js"), everything, triggers };
}

async function bothWays(name: string, folder: string) {
  const deployed = join(folder, `${name}.cjs`);
  await bundleFunction(root, `triggers/${name}.ts`, deployed);
  const { file, packages } = await unbundled(`triggers/${name}.ts`, join(folder, `unbundled-${name}.mjs`));
  const everything = join(folder, `${name}.mjs`);
  await writeImports(everything, [...packages, file]);
  return { name, deployed, everything };
}

const writeImports = (file: string, modules: readonly string[]) =>
  writeFile(file, modules.map((path) => `import ${JSON.stringify(path)};`).join("\n"));
