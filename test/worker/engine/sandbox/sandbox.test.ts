// The sandbox from its user's side: files and values pass through, every misbehaviour ends, the next run works.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shellLauncher } from "../../../../worker/engine/sandbox/shell-launcher.ts";
import { act, failureOf, generousLimits, never, testSandbox } from "../../../support/sandbox.ts";

const megabyte = 1024 * 1024;

test("values go in and come out, and files by plain name", async () => {
  const sandbox = await testSandbox();
  await using directory = await sandbox.directory();
  await writeFile(join(directory.path, "input"), "some bytes");
  const options = { directory, limits: generousLimits, signal: never };
  expect(await sandbox.run({ task: "hostile", input: { act: "readInput" } }, options)).toBe("some bytes");
  await sandbox.run({ task: "hostile", input: { act: "write", path: "output", text: "result" } }, options);
  expect(await readFile(join(directory.path, "output"), "utf8")).toBe("result");
});

test("a run starts in an empty directory, whatever the previous run left", async () => {
  const sandbox = await testSandbox({ spares: 0 });
  const first = await act(sandbox, "pid");
  await act(sandbox, "write", { path: "left-behind", text: "x" });
  expect(await act(sandbox, "list")).toEqual([]);
  expect(await act(sandbox, "pid")).toBe(first);
});

test("a run that leaves anything but plain files fails, and nothing of it comes out", async () => {
  // Without the kernel's refusal a task can make folders.
  const launcher = await shellLauncher(process.platform);
  const sandbox = await testSandbox(launcher && { launcher });
  await using directory = await sandbox.directory();
  const options = { directory, limits: generousLimits, signal: never };
  const failure = await failureOf(
    sandbox.run({ task: "hostile", input: { act: "plantDirectory" } }, options),
  );
  expect(failure).toMatchObject({ reason: "crashed", detail: "left something else than plain files" });
  expect(await readdir(directory.path)).toEqual([]);
});

test("what a run is given does not count against what it may leave, and a failed run gives nothing back", async () => {
  const sandbox = await testSandbox();
  await using directory = await sandbox.directory();
  const given = Buffer.alloc(3 * megabyte, 1);
  await writeFile(join(directory.path, "input"), given);
  const options = { directory, limits: { ...generousLimits, outputBytes: megabyte }, signal: never };
  await sandbox.run({ task: "hostile", input: { act: "write", path: "output", text: "x" } }, options);
  expect((await readdir(directory.path)).sort()).toEqual(["input", "output"]);
  const failure = await failureOf(
    sandbox.run({ task: "hostile", input: { act: "writeMuch", bytes: 3 * megabyte } }, options),
  );
  expect(failure.reason).toBe("output-limit");
  expect(await readdir(directory.path)).toEqual([]);
});

test("a task that throws fails with its own words, and costs its child: nobody knows what it has become", async () => {
  const sandbox = await testSandbox({ spares: 0 });
  const before = await act(sandbox, "pid");
  const failure = await failureOf(act(sandbox, "throwError"));
  expect(failure).toMatchObject({ reason: "task-error", task: "hostile" });
  expect(failure.detail).toContain("the task's own words");
  expect(await act(sandbox, "pid")).not.toBe(before);
});

test("an unknown task is an error of the task", async () => {
  const sandbox = await testSandbox();
  await using directory = await sandbox.directory();
  const options = { directory, limits: generousLimits, signal: never };
  const failure = await failureOf(sandbox.run({ task: "constructor", input: {} }, options));
  expect(failure.reason).toBe("task-error");
});

test.each([
  ["a child that blocks its event loop", "blockForEver", {}, { deadlineMs: 300 }, "deadline"],
  ["a child that ignores signals", "ignoreSignals", {}, { deadlineMs: 300 }, "deadline"],
  ["a child whose heap grows", "growHeap", {}, { memoryBytes: 250 * megabyte }, "memory"],
  ["a child whose buffers grow", "growBuffers", {}, { memoryBytes: 250 * megabyte }, "memory"],
  ["a child that aborts", "abort", {}, {}, "crashed"],
  ["a child that segfaults", "segfault", {}, {}, "crashed"],
  ["a child that exits", "exit", {}, {}, "crashed"],
  ["a child that floods standard error", "floodErrors", {}, {}, "crashed"],
  ["a child that floods the pipe", "floodPipe", {}, {}, "crashed"],
  ["a child that speaks no protocol", "garbage", {}, {}, "crashed"],
  ["a child that answers what was not asked", "forgedAnswer", {}, {}, "crashed"],
  ["a child whose answer is too long", "hugeAnswer", {}, {}, "crashed"],
  ["a child that writes too much", "writeMuch", { bytes: 30 * megabyte }, {}, "output-limit"],
  ["a child that writes several files", "writeManyAndStay", { bytes: 8 * megabyte }, {}, "output-limit"],
  ["a child that writes a file of 10 GB", "sparseFile", { bytes: 10 * 1024 ** 3 }, {}, "output-limit"],
])("%s is ended, and the next run is served by another", async (_, name, input, limits, reason) => {
  const sandbox = await testSandbox();
  const failure = await failureOf(act(sandbox, name, input, limits));
  expect({ reason: failure.reason, detail: failure.detail }).toMatchObject({ reason });
  // More runs than there were children: the killed child is not used again.
  expect(await act(sandbox, "echo", { text: "one" })).toMatchObject({ text: "one" });
  expect(await act(sandbox, "echo", { text: "two" })).toMatchObject({ text: "two" });
  expect(await act(sandbox, "echo", { text: "three" })).toMatchObject({ text: "three" });
});
