// How `npm run local` starts Node: what is measured must run as people run it.
import { readFileSync } from "node:fs";
import { z } from "zod";

const packageFile = z.object({ scripts: z.object({ local: z.string() }) });

/** Node's options and the environment in a script such as `exec env A=1 node --max-semi-space-size=8 --import x.mjs y.ts`. */
export function settingsIn(script: string): { nodeArgs: string[]; env: Record<string, string> } {
  const words = script.split(" ");
  const variables = words.filter((word) => /^[A-Z_]+=/.test(word));
  return {
    nodeArgs: words.filter((word) => word.startsWith("--") && word !== "--import"),
    env: Object.fromEntries(
      variables.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
    ),
  };
}

/** Those of `npm run local`. */
export function localSettings(): ReturnType<typeof settingsIn> {
  const text = readFileSync(new URL("../../../../package.json", import.meta.url), "utf8");
  return settingsIn(packageFile.parse(JSON.parse(text)).scripts.local);
}
