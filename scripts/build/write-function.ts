// `node scripts/build/write-function.ts ENTRY FOLDER`: writes a function's code as index.js, and the licences of what is in it beside it:
// esbuild's own legal comments are those of a few files only. Synthesis calls it for every function.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundleFunction } from "./bundle-function.ts";
import { licencesOf } from "./licences/licence-file.ts";
import { foldersIn, readPackages } from "./licences/shipped-packages.ts";

const root = resolve(import.meta.dirname, "../..");
const [entry = "", folder = ""] = process.argv.slice(2);
const bundle = await bundleFunction(root, entry, join(folder, "index.js"));
await writeFile(join(folder, "LICENCES.txt"), await licencesOf(await readPackages(root, foldersIn(bundle))));
