// The worker as it is shipped: main.js and sandbox-child.js with shared chunks, and the files that the code reads beside them.
// Packages with native code or WebAssembly stay outside; the caller installs them beside the bundle.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { sdkSchemas } from "./sdk-schemas.ts";

/** Packages with native code or WebAssembly. Their licences (LGPL) want that they can be replaced, and that their texts come along. */
export const nativePackages = ["sharp", "libheif-js"];

/** Of these packages, files that the worker never loads: libheif as JavaScript, and with its WebAssembly as text. */
const unused = /libheif-js\/(libheif\/libheif\.js|libheif-wasm\/libheif-bundle\.m?js)$/;

/** Whether a file of such a package is installed beside the bundle. */
export const isShipped = (path: string): boolean => !unused.test(path);

/** Bundled CommonJS packages still load Node's own modules with `require`. */
export const banner =
  'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);';

/**
 * Takes what is imported of Node's own modules from their objects. With `import` Node reads all exports of such a module, those too that
 * load more code when they are first read: all of undici for `node:http`. Every importer has names of its own, so that they need no
 * files that are shared.
 */
export const builtinsAsObjects: Plugin = {
  name: "builtins-as-objects",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z0-9_:/]+$/ }, ({ path, kind, importer }) => {
      if (!isBuiltin(path)) return undefined;
      if (kind === "dynamic-import") return { path, namespace: "late-builtin" };
      if (kind !== "import-statement") return undefined;
      return { path, namespace: "builtin", suffix: `?${importer}`, sideEffects: false };
    });
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({ contents: namesOf(path) }));
    onLoad({ filter: /./, namespace: "late-builtin" }, ({ path }) => ({
      contents: namesOf(path, (name) => !loadsUndici.has(name)),
    }));
  },
};

/** Exports of `node:http` that load undici when they are read. What is imported late, for all of its names, is without them. */
const loadsUndici: ReadonlySet<string> = new Set(["WebSocket", "CloseEvent", "MessageEvent"]);

/** A module with the exports of one of Node's; those that nobody imports are left out of a bundle, and never read. */
function namesOf(path: string, isWanted: (name: string) => boolean = () => true): string {
  const all = Object.keys(Object(process.getBuiltinModule(path)));
  const names = all.filter((name) => name !== "default" && isWanted(name));
  return [
    `const all = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)}); export default all;`,
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => all.${name})();`),
  ].join("\n");
}

/**
 * Bundles the worker.
 * @param root folder with `worker/` and its node_modules
 * @param out folder to write to; created if it is missing
 * @returns what is in the bundle
 * @throws esbuild's BuildFailure for sources that cannot be bundled
 */
export async function bundleWorker(root: string, out: string): Promise<Metafile> {
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
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
    // Identifiers stay: stack traces, and errors that are identified by the name of their class.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    legalComments: "linked",
    metafile: true,
    plugins: [builtinsAsObjects, sdkSchemas],
    banner: { js: banner },
    logLevel: "error",
  });
  await writeFile(join(out, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  await cp(join(root, "worker/jobs/pictures/contact-sheet/child/font"), join(out, "font"), {
    recursive: true,
  });
  await cp(join(root, "worker/jobs/mail/send-mail/templates"), join(out, "templates"), { recursive: true });
  return metafile;
}
