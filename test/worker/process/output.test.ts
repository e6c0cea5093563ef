// The worker's output as another process sees it: buffered lines, none broken, none lost at an exit.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";

const outputModule = new URL("../../../worker/process/output.ts", import.meta.url).href;

/** Runs a program that has an output; the test's end kills it. */
function programWith(script: string): ChildProcess {
  const program = `import { createOutput } from ${JSON.stringify(outputModule)};
    const { log, print } = createOutput({ level: "info", base: { worker: "w" } });
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function linesOf({ stdout }: ChildProcess): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  if (stdout !== null)
    for await (const line of createInterface({ input: stdout })) lines.push(JSON.parse(line));
  return lines;
}

test("lines printed right before the process exits are written, log and metrics in their order", async () => {
  const lines = await linesOf(
    programWith(
      `log.info({ job: 1 }, "first"); print('{"Completed":1}'); log.warn("last"); process.exit(0);`,
    ),
  );
  expect(lines).toMatchObject([
    { level: 30, worker: "w", job: 1, msg: "first" },
    { Completed: 1 },
    { level: 40, worker: "w", msg: "last" },
  ]);
});

test("a single line is written even if the process goes on and prints nothing more", async () => {
  const { stdout } = programWith(`log.info("one"); setInterval(() => {}, 1000);`);
  const line = await new Promise((resolve) => stdout?.once("data", resolve));
  expect(String(line)).toContain('"msg":"one"');
});

test("ten thousand lines into a pipe arrive whole and in order, log and metrics alike", async () => {
  const lines = await linesOf(
    programWith(
      `for (let n = 0; n < 10_000; n += 1)
         if (n % 2 === 0) log.info({ n, filler: "x".repeat(n % 300) }, "line"); else print(JSON.stringify({ n }));`,
    ),
  );
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
});
