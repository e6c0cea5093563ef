// Bundles of a worker and of a trigger as they are shipped, and beside them the same code with its packages left in node_modules.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { bundleWorker } from "../../../build/bundle-worker.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** Files of Node programs that can be started. */
export type Bundles = {
  worker: string;
  /** Imports all of the worker's code and every package that it ever loads, at once. */
  everything: string;
  trigger: string;
  unbundledTrigger: string;
};

const node = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  logLevel: "error",
} as const;

/** As a function's code is bundled (infra/constructs/function-bundling.ts), for the trigger named. */
export async function bundleTrigger(name: string, outfile: string): Promise<string> {
  const entry = { entryPoints: [join(root, "triggers", `${name}.ts`)], outfile };
  const form = { ...node, format: "cjs", minify: true, keepNames: true } as const;
  await build({ ...form, ...entry, mainFields: ["module", "main"] });
  return outfile;
}

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
  const all = [...new Set([...packages, ...child.packages])];
  const imports = [...all, file].map((path) => `import ${JSON.stringify(path)};`);
  await writeFile(everything, imports.join("\n"));
  const unbundledTrigger = await unbundled(
    "triggers/image-uploaded.ts",
    join(folder, "unbundled-trigger.mjs"),
  );
  return {
    worker: join(worker, "main.js"),
    everything,
    trigger: await bundleTrigger("image-uploaded", join(folder, "trigger.cjs")),
    unbundledTrigger: unbundledTrigger.file,
  };
}
