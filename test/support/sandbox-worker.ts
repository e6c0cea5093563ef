// A worker process for tests: starts a sandbox, prints its children's ids as JSON, keeps one stuck in a loop.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pino from "pino";
import { createSandbox } from "../../worker/engine/sandbox/create-sandbox.ts";

const [temporaryParent = ""] = process.argv.slice(2);
const sandbox = await createSandbox({
  size: 2,
  log: pino({ level: "silent" }),
  temporaryParent,
  childEntry: fileURLToPath(new URL("./sandbox-child.ts", import.meta.url)),
});
const options = {
  limits: { deadlineMs: 3_600_000, memoryBytes: 2 ** 30, outputBytes: 0 },
  signal: new AbortController().signal,
};
void sandbox.run(
  { task: "hostile", input: { act: "blockForEver" } },
  { ...options, directory: await sandbox.directory() },
);
// A second answer proves that a second child runs beside the stuck one.
await sandbox.run(
  { task: "hostile", input: { act: "pid" } },
  { ...options, directory: await sandbox.directory() },
);
const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
process.stdout.write(`${JSON.stringify(children.map(Number))}\n`);
