// Runs one test of the project against mutated sources, in a copy of the project.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

const root = resolve(import.meta.dirname, "../../../..");

/** What tests need of the project. */
const parts = [
  "worker",
  "triggers",
  "scripts",
  "infra",
  "test",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];

const reportSchema = z.object({
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), title: z.string() })) }),
  ),
});

/**
 * The first test of the file that fails against the replaced sources, or undefined when none does.
 * @param replaced texts of files in `worker/`
 * @param test a part of the tests' names; empty for all of the file
 * @throws where no such test ran
 */
export async function failingTest(
  replaced: ReadonlyMap<string, string>,
  { file, test }: { file: string; test: string },
): Promise<string | undefined> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "fifo-fleet-mutant-"));
  try {
    for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(realpathSync(join(root, "node_modules")), join(folder, "node_modules"));
    for (const [name, text] of replaced) writeFileSync(join(folder, "worker", name), text);
    const report = join(folder, "report.json");
    await runTests(folder, ["run", file, "--reporter=json", `--outputFile=${report}`, "-t", escaped(test)]);
    const ran = reportSchema
      .parse(JSON.parse(readFileSync(report, "utf8")))
      .testResults.flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === "passed" || status === "failed");
    if (ran.length === 0) throw new Error(`no test of ${file} has ${JSON.stringify(test)} in its name`);
    return ran.find(({ status }) => status === "failed")?.title;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Vitest takes a regular expression. */
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Failing tests are an answer, too. */
function runTests(cwd: string, args: readonly string[]): Promise<void> {
  const vitest = join(cwd, "node_modules/vitest/vitest.mjs");
  return new Promise((done) => execFile(process.execPath, [vitest, ...args], { cwd }, () => done()));
}
