// What a child that was taken over can do to its own directory, descriptors, pipe, memory and state: none of it reaches
// the worker. The worker runs as an unprivileged user, as in the image; root would walk through every closed door.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { probeLauncher } from "../../../../worker/engine/sandbox/launcher.ts";
import { lineReader, maxLineBytes } from "../../../../worker/engine/sandbox/protocol.ts";
import { maxThreads, processUse } from "../../../../worker/engine/sandbox/watch.ts";
import type { Attack, AttackReport } from "../../../support/hostile-worker.ts";
import { act, testSandbox } from "../../../support/sandbox.ts";
import { until } from "../../../support/until.ts";

const launcher = await probeLauncher();
const worker = fileURLToPath(new URL("../../../support/hostile-worker.ts", import.meta.url));
const nobody = 65534;

async function folderForAnybody(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hostile-"));
  await chmod(folder, 0o777);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the attacks in one worker; its reports, in order. The worker must live to the end and leave no file. */
async function suffered(level: string, attacks: readonly Attack[]): Promise<AttackReport[]> {
  const folder = await folderForAnybody();
  const child = spawn(process.execPath, [worker, folder, level, JSON.stringify(attacks)], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(process.getuid?.() === 0 && { uid: nobody, gid: nobody }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said, complained] = [child.stdout, child.stderr].map((stream) =>
    stream.setEncoding("utf8").toArray(),
  );
  await once(child, "exit");
  const lines = (await said)?.join("").trim().split("\n") ?? [];
  expect({ code: child.exitCode, complaints: (await complained)?.join("") }).toEqual({
    code: 0,
    complaints: "",
  });
  expect(await readdir(folder)).toEqual([]);
  return lines.map((line) => JSON.parse(line) as AttackReport);
}

const everyEnd = (act: string, input: Record<string, unknown> = {}): Attack[] =>
  ["die", "throw", "answer"].map((end) => ({ act, ...input, end }));

const attacks: Attack[] = [
  ...everyEnd("sealFolder"),
  ...everyEnd("sealOwnDirectory"),
  { act: "dropOwnDirectory", end: "answer" },
  { act: "swapOwnDirectory", end: "answer" },
  { act: "swapOwnDirectory", end: "die" },
  ...everyEnd("manyFiles", { entries: 1500 }),
  { act: "manyFiles", entries: 100_000, end: "answer" },
  { act: "deepFolders", depth: 1500, end: "die" },
  { act: "sealOutput", end: "answer" },
  { act: "linkOutput", end: "answer" },
  { act: "linkSecret", path: "/etc/passwd", end: "answer" },
  { act: "closePipe" },
  { act: "stopItself" },
  { act: "tinyWrites" },
  { act: "nestedAnswer" },
];

test.each(["strongest", "bare"])(
  "at the level %s every attack ends, innocents are served in empty directories, the worker lives and leaves no file",
  async (level) => {
    const reports = await suffered(level, attacks);
    expect(reports).toHaveLength(attacks.length);
    for (const [at, { outcomes, innocents, grownMegabytes }] of reports.entries()) {
      expect({ attack: attacks[at], outcomes, innocents }).toEqual({
        attack: attacks[at],
        outcomes: outcomes.map(() =>
          expect.stringMatching(/^("done"|crashed|task-error|output-limit|deadline)$/),
        ),
        innocents: outcomes.map(() => "[]"),
      });
      expect(grownMegabytes).toBeLessThan(150);
    }
  },
);

test.skipIf(launcher.confinement.parentDeath !== "signal")(
  "an idle child is stopped: what its last task left running does nothing until the next one",
  async () => {
    const sandbox = await testSandbox({ spares: 0 });
    const pid = await act(sandbox, "pid");
    await act(sandbox, "writeAfterAnswer");
    await until("the child to be stopped", async () =>
      /\) T /.test(await readFile(`/proc/${pid}/stat`, "utf8")),
    );
    expect(await act(sandbox, "pid")).toBe(pid);
  },
);

test("threads and memory of a process are measured from outside", async () => {
  const { threads, residentBytes } = await processUse(process.pid);
  expect(threads).toBeGreaterThan(1);
  expect(threads).toBeLessThan(maxThreads);
  expect(residentBytes).toBeGreaterThan(2 ** 24);
  expect(await processUse(2 ** 30)).toEqual({ threads: 0, residentBytes: 0 });
});

test("lines are the same however they are cut, and a longer one is refused", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary" }).map((line) => line.replaceAll("\n", " "))),
      fc.array(fc.nat({ max: 9 })),
      (lines, cuts) => {
        const heard: string[] = [];
        const read = lineReader((line) => heard.push(line));
        let rest = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        for (const cut of cuts) {
          read(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        read(rest);
        expect(heard).toEqual(lines);
      },
    ),
  );
  const read = lineReader(() => {});
  for (let at = 0; at < 16; at += 1) read(Buffer.alloc(maxLineBytes / 16, "x"));
  expect(() => read(Buffer.from("x"))).toThrow("line too long");
});
