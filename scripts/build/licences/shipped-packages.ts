// The packages in a bundle, read off esbuild's list of its sources, with their licences and the texts that they carry.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** A package that is shipped. */
export type ShippedPackage = {
  name: string;
  version: string;
  /** An SPDX expression; "none" where the package names no licence. */
  licence: string;
  /** Whom its manifest names. */
  author: string | undefined;
  /** Its own licence and notice files, by name. */
  texts: Readonly<Record<string, string>>;
};

/** What esbuild writes about a bundle, as far as it is read. */
export type Metafile = { inputs: Readonly<Record<string, unknown>> };

const person = z.union([z.string(), z.object({ name: z.string().optional() }).transform(({ name }) => name)]);
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default("none"),
  author: person.optional(),
});

/** The folders of the packages whose sources are in a bundle, below the project's folder. */
export function foldersIn({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).flatMap((path) => {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return folder === undefined ? [] : [folder.slice(folder.indexOf("node_modules/"))];
  });
  return [...new Set(folders)].sort();
}

/** Reads packages in these folders below `root`, each once, sorted by name. */
export async function readPackages(root: string, folders: readonly string[]): Promise<ShippedPackage[]> {
  const found = new Map<string, ShippedPackage>();
  for (const folder of folders) {
    const shipped = await readPackage(join(root, folder));
    found.set(`${shipped.name}@${shipped.version}`, shipped);
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}

async function readPackage(folder: string): Promise<ShippedPackage> {
  const { name, version, license, author } = manifestSchema.parse(
    JSON.parse(await readFile(join(folder, "package.json"), "utf8")),
  );
  const files = (await readdir(folder)).filter((file) =>
    /^(licen[cs]e|copying|notice|unlicense)/i.test(file),
  );
  const texts: Record<string, string> = {};
  for (const file of files.sort()) texts[file] = await readFile(join(folder, file), "utf8");
  return { name, version, licence: license, author, texts };
}
