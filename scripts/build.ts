// Bundles the worker for its image: main.js and sandbox-child.js with shared chunks, and beside them the packages that
// cannot be bundled because they carry native code.
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const out = join(root, "dist");

/** Packages with native parts; copied with everything they depend on. */
const native = ["sharp"];

/** Bundled CommonJS packages still ask for Node's own modules by `require`. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };

/** The package and all it depends on that is installed here (other platforms' optional parts are not). */
async function closureOf(name: string, found = new Set<string>()): Promise<Set<string>> {
  const folder = join(root, "node_modules", name);
  if (found.has(name) || !(await stat(folder).catch(() => undefined))) return found;
  found.add(name);
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    await closureOf(next, found);
  return found;
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: { main: join(root, "worker/main.ts"), "sandbox-child": join(root, "worker/sandbox/child.ts") },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  external: native,
  sourcemap: true,
  legalComments: "linked",
  banner: { js: banner },
});
await writeFile(join(out, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
// Files the code reads beside itself.
await cp(join(root, "worker/jobs/contact-sheet/font"), join(out, "font"), { recursive: true });
await cp(join(root, "worker/jobs/send-mail/templates"), join(out, "templates"), { recursive: true });
const packages = new Set<string>();
for (const name of native) await closureOf(name, packages);
for (const name of packages)
  await cp(join(root, "node_modules", name), join(out, "node_modules", name), { recursive: true });
console.log(`dist: main.js, sandbox-child.js, ${[...packages].sort().join(", ")}`);
