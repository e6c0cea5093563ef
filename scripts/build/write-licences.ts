// `node scripts/build/write-licences.ts METAFILE FILE`: writes the licences of what esbuild's metafile lists, and removes the
// metafile. The bundling of functions calls it.
import { readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { licencesOf } from "./licences/licence-file.ts";
import { foldersIn, type Metafile, readPackages } from "./licences/shipped-packages.ts";

const root = resolve(import.meta.dirname, "../..");
const [metafile = "", file = ""] = process.argv.slice(2);
const bundle = JSON.parse(await readFile(metafile, "utf8")) as Metafile;
await writeFile(file, await licencesOf(await readPackages(root, foldersIn(bundle))));
await rm(metafile);
