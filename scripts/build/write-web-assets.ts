// Writes the static files of the pages into a folder, below their version, and prints the version. The synthesis of the web
// stack runs it: `node scripts/build/write-web-assets.ts FOLDER`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWebAssets } from "./web-assets.ts";

const [folder = ""] = process.argv.slice(2);
const { version, files } = await buildWebAssets();
mkdirSync(join(folder, version), { recursive: true });
for (const [name, { body }] of files) writeFileSync(join(folder, version, name), body);
console.log(version);
