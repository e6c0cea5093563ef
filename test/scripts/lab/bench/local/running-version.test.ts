// Versions of running programs, asked of real processes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  openFileVersion,
  pythonPackageVersion,
} from "../../../../../scripts/lab/bench/local/running-version.ts";

const jar = /tool_[\d.]+-([\d.]+)\.jar$/;

test("the version stands in the name of a file that the process has open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "tool_2.13-1.7.1.jar");
  await writeFile(file, "");
  const code = `require("fs").openSync(${JSON.stringify(file)}); console.log("open"); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  expect(openFileVersion(child.pid ?? 0, jar)).toBe("1.7.1");
  expect(openFileVersion(process.pid, jar)).toBe("?");
});

test("where nothing can be found out, the version is a question mark", () => {
  expect(openFileVersion(2 ** 30, jar)).toBe("?");
  expect(pythonPackageVersion(2 ** 30, "moto")).toBe("?");
  // A process that is no Python.
  expect(pythonPackageVersion(process.pid, "moto")).toBe("?");
});
