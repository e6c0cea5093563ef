// Compiled code fits a worker: Node's own at its start, and what it leaves for the next start at its end.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { workerNodeOptions } from "../../../worker/process/node-options.ts";

const run = promisify(execFile);
const module = resolve(import.meta.dirname, "../../../worker/process/heap-growth.ts");

/** What a program of its own prints, in a process with a worker's options, whose V8 settings are nobody else's. */
async function printed(code: string): Promise<unknown> {
  const program = `import { letHeapGrow } from ${JSON.stringify(module)};\n${code}`;
  const { stdout } = await run(process.execPath, [
    ...workerNodeOptions,
    "--no-warnings",
    "--input-type=module",
    "-e",
    program,
  ]);
  return JSON.parse(stdout);
}

test("code that was compiled under a worker's options fits again when the process ends", async () => {
  const sources = ["(a) => a + 1", "(a) => a + 2", "(a) => a + 3"];
  const compiled = await printed(`
    import { Script } from "node:vm";
    const sources = ${JSON.stringify(sources)};
    console.log(JSON.stringify(sources.map((source) => new Script(source).createCachedData().toString("base64"))));
  `);
  const fits = await printed(`
    import { Script } from "node:vm";
    const compiled = ${JSON.stringify(compiled)}.map((text) => Buffer.from(text, "base64"));
    const fits = (source, at) => !new Script(source, { cachedData: compiled[at] }).cachedDataRejected;
    const [first, second, third] = ${JSON.stringify(sources)};
    const as = [fits(first, 0)];
    letHeapGrow();
    as.push(fits(second, 1));
    process.once("exit", () => {
      as.push(fits(third, 2));
      console.log(JSON.stringify(as));
    });
  `);
  expect(fits).toEqual([true, false, true]);
});

test("a worker's options let Node take its own modules as they were compiled with it", async () => {
  // In a process without options all of these come from Node's own compiled code.
  const options = ["--expose-internals", "--no-warnings"];
  const code = `require("node:https"); require("node:child_process");
    const { internalBinding } = require("internal/test/binding");
    console.log(internalBinding("builtins").getCacheUsage().compiledWithoutCache.size);`;
  const { stdout } = await run(process.execPath, [...workerNodeOptions, ...options, "-e", code]);
  expect(stdout.trim()).toBe("0");
});
