// A worker's options of Node and its allocator's settings, which stand wherever a worker is started without our own code around it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { workerAllocator, workerNodeOptions } from "../../../worker/process/node-options.ts";

const root = resolve(import.meta.dirname, "../../..");
const options = workerNodeOptions.join(" ");
const variables = Object.entries(workerAllocator)
  .map(([name, value]) => `${name}=${value}`)
  .join(" ");

test.each([
  ["package.json", `env ${variables} node ${options} --import ./scripts/require-node.mjs worker/main.ts`],
  ["docs/operate.md", `${variables} node_modules/.bin/node ${options} --import`],
  ["Dockerfile", `CMD ${JSON.stringify(["node", ...workerNodeOptions, "main.js"]).replaceAll(",", ", ")}`],
])("%s starts a worker with the options that are measured", (file, start) => {
  expect(readFileSync(resolve(root, file), "utf8")).toContain(start);
});
