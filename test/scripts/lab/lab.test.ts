// `npm run lab` as a process: the list, unknown names, and flags that reach the proof.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const rooms = readdirSync(join(root, "scripts/lab")).filter((name) =>
  existsSync(join(root, "scripts/lab", name, "command.ts")),
);

/** Runs the command and resolves to what it printed and its exit code. */
function lab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) =>
    execFile(process.execPath, [join(root, "scripts/lab.ts"), ...args], (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}

test("without a name it lists every proof in one line each, and exits with 0", async () => {
  const { code, stdout, stderr } = await lab();
  expect([code, stderr]).toEqual([0, ""]);
  const [usage, ...lines] = stdout.trimEnd().split("\n");
  expect(usage).toMatch(/^usage: npm run lab -- NAME/);
  expect(lines.map((line) => /^ {2}([a-z-]+) {2,}\S/.exec(line)?.[1]).sort()).toEqual(rooms.sort());
  expect((await lab("--help")).stdout).toBe(stdout);
});

test.each(["flood", "__proto__", ""])(
  "the unknown name '%s' is refused in one line with exit code 2",
  async (name) => {
    const { code, stdout, stderr } = await lab(name);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^lab: "[^\n]*" is not one of campaign, [^\n]+\n$/);
  },
);

test.each(rooms)("--help reaches %s", async (name) => {
  const { code, stdout } = await lab(name, "--help");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^usage: /i);
  expect(stdout).toContain(name);
});

test("a bad flag of a proof is refused by the proof with exit code 2", async () => {
  const { code, stderr } = await lab("soak", "--minutes", "0");
  expect([code, stderr.split("\n").length]).toEqual([2, 2]);
  expect(stderr).toMatch(/^soak: option '--minutes <minutes>'/);
});

test("the short names run the same command", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of ["campaign", "bench", "drill", "conformance"])
    expect(scripts[name]).toBe(`${scripts.lab} ${name}`);
});
