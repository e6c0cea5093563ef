// `npm run build`: bundles the worker for its image into dist/ and copies the packages that cannot be bundled, because they
// contain native code, beside it.
import { cp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createCommand, exitCodes, readCommand, runCommand } from "../worker/process/command.ts";
import { bundleWorker, isShipped, nativePackages } from "./build/bundle-worker.ts";
import { licenceFile, licencesOf } from "./build/licences/licence-file.ts";
import { foldersIn, readPackages } from "./build/licences/shipped-packages.ts";

const root = resolve(import.meta.dirname, "..");
const out = join(root, "dist");

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };

/** A package and its installed dependencies (the optional parts for other platforms are not installed). */
async function closureOf(name: string, found = new Set<string>()): Promise<Set<string>> {
  const folder = join(root, "node_modules", name);
  if (found.has(name) || !(await stat(folder).catch(() => undefined))) return found;
  found.add(name);
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    await closureOf(next, found);
  return found;
}

async function build(): Promise<number> {
  readCommand(
    createCommand("build").description("Bundles the worker for its image into dist/."),
    process.argv.slice(2),
  );
  await rm(out, { recursive: true, force: true });
  const bundle = await bundleWorker(root, out);
  const packages = new Set<string>();
  for (const name of nativePackages) await closureOf(name, packages);
  for (const name of packages)
    await cp(join(root, "node_modules", name), join(out, "node_modules", name), {
      recursive: true,
      filter: isShipped,
    });
  const copied = [...packages].map((name) => join("node_modules", name));
  const shipped = await readPackages(root, [...foldersIn(bundle), ...copied]);
  await writeFile(join(out, licenceFile), await licencesOf(shipped));
  await writeFile(
    join(out, "packages.json"),
    `${JSON.stringify(
      shipped.map(({ texts: _, ...facts }) => facts),
      null,
      1,
    )}\n`,
  );
  console.log(`dist: main.js, sandbox-child.js, ${[...packages].sort().join(", ")}`);
  return exitCodes.done;
}

process.exitCode = await runCommand("build", build);
