// The worker as it is shipped: main.js and sandbox-child.js with shared chunks, and the files the code reads beside them.
// Packages that carry native code stay outside; who uses the bundle puts them within reach.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** Packages with native parts. */
export const nativePackages = ["sharp"];

/** Bundled CommonJS packages still ask for Node's own modules by `require`. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * Bundles the worker.
 * @param root folder with `worker/` and, within Node's reach, its packages
 * @param out folder to write to, made where it is missing
 * @throws esbuild's BuildFailure where the sources do not hold together
 */
export async function bundleWorker(root: string, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  await build({
    entryPoints: {
      main: join(root, "worker/main.ts"),
      "sandbox-child": join(root, "worker/jobs/sandbox/child.ts"),
    },
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    external: nativePackages,
    sourcemap: true,
    legalComments: "linked",
    banner: { js: banner },
    logLevel: "error",
  });
  await writeFile(join(out, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  await cp(join(root, "worker/jobs/pictures/contact-sheet/child/font"), join(out, "font"), {
    recursive: true,
  });
  await cp(join(root, "worker/jobs/mail/send-mail/templates"), join(out, "templates"), { recursive: true });
}
