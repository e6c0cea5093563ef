// The benchmark command as a process: its arguments, its JSON, and whether it notices who breaks order.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";

const entry = fileURLToPath(new URL("../../../../scripts/lab.ts", import.meta.url));
const run = promisify(execFile);
const bench = (...args: string[]) => run(process.execPath, [entry, "bench", ...args]);

const line = z.object({
  v: z.literal(1),
  suite: z.literal("queue"),
  rows: z.array(
    z.looseObject({
      name: z.string(),
      unit: z.literal("messages/s"),
      median: z.number().positive(),
      ratioTo: z.record(z.string(), z.number().positive()),
      callsPerMessage: z.number().positive(),
      cpuMsPerMessage: z.number().positive(),
      orderViolations: z.number(),
      jobsStarted: z.number().positive(),
    }),
  ),
});

test.each([
  [["speed"], /It takes one of queue, pictures, .*, local, .*all/],
  [[], /missing required argument 'suite'/],
  [["queue", "--rounds", "0"], /from 1 to 99/],
  [["queue", "--latency", "much"], /from 0 to 10000/],
  [["pages", "--doc", "/none.md"], /^bench: --doc: \/none\.md cannot be read \(ENOENT\)\n$/],
  [["pages", "--doc", "LICENSE"], /^bench: --doc: LICENSE takes the lines <!-- bench pages -->/],
  [["queue", "--only", "nobody"], /^bench: no row's name contains "nobody"; the rows are .*\n$/],
])("bad arguments %j end with code 2 and one clear line", async (args, message) => {
  const failure = await bench(...args).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
});

test("our worker keeps order under a load that makes sqs-consumer's handleMessage break it", async () => {
  const [ours, theirs] = await Promise.all(
    ["20ms-50/fifo-fleet queue @10", "20ms-50/sqs-consumer handleMessage"].map(async (only) => {
      const { stdout } = await bench("queue", "--json", "--rounds", "1", "--latency", "0", "--only", only);
      return line.parse(JSON.parse(stdout)).rows;
    }),
  );
  expect(ours).toMatchObject([{ name: "20ms-50/fifo-fleet queue @10", orderViolations: 0 }]);
  expect(theirs?.[0]?.orderViolations).toBeGreaterThan(0);
}, 180_000);
