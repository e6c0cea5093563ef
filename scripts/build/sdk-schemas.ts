// Lets esbuild leave out the schemas of calls that nobody makes.
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * The AWS SDK v3 keeps the schemas of all operations of a service in one module, with keys computed from constants (`{ [_h]: … }`).
 * esbuild cannot know that such a key has no side effect, so it keeps every schema: 60 kB of S3's in each bundle with a client of
 * it. Writing the constants in place of the computed keys changes no value.
 */
export const sdkSchemas: Plugin = {
  name: "sdk-schemas",
  setup({ onLoad }) {
    const filter = /@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]schemas_\d+\.js$/;
    onLoad({ filter }, async ({ path }) => ({ contents: withPlainKeys(await readFile(path, "utf8")) }));
  },
};

/** The source of such a module, with every key that is a constant text written out. */
export function withPlainKeys(source: string): string {
  const constants = new Map(
    [...source.matchAll(/^const (\w+) = ("[^"\n]*");$/gm)].map(([, name = "", text = ""]) => [name, text]),
  );
  return source.replaceAll(/(?<=[{,] ?)\[(\w+)\](?=:)/g, (key, name) => constants.get(name) ?? key);
}
