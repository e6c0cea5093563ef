// `npm run completion`: what bash offers at places of the command line, by the script that all commands' definitions make.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bashScript } from "../../../scripts/completion/bash.ts";
import { type DescribedScript, describeScripts } from "../../../scripts/completion/describe-scripts.ts";
import { fishScript } from "../../../scripts/completion/fish.ts";
import { placesOf } from "../../../scripts/completion/places.ts";
import { runCompletion } from "../../../scripts/completion/run-completion.ts";
import { zshScript } from "../../../scripts/completion/zsh.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { collected } from "../../support/written.ts";

const root = resolve(import.meta.dirname, "../../..");
let scripts: DescribedScript[];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  scripts = await describeScripts(root);
  writeFileSync(join(folder, "complete.bash"), bashScript(scripts, placesOf(scripts, jobKinds)));
  // Every command is started once.
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last word of a line. */
function offered(line: string, cwd = root): string[] {
  const words = line.split(" ").map((word) => `'${word}'`);
  const text = `source "$1"; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _fifo_fleet_npm npm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", text, "bash", join(folder, "complete.bash")], {
    cwd,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

test("every command of the project that reads its arguments as the others do tells its definition", () => {
  const silent = scripts.filter(({ command }) => command === undefined).map(({ name }) => name);
  expect(silent).toEqual(["conformance", "test", "check", "format"]);
});

test.each([
  ["npm run qu", ["queues"]],
  ["npm run queues ", ["--"]],
  ["npm run test ", []],
  ["npm run queues -- re", ["resume", "redrive"]],
  ["npm run queues -- ho", ["hold"]],
  ["npm run queues -- redrive --dry", ["--dry-run"]],
  ["npm run queues -- redrive --aws resize-image --dry", ["--dry-run"]],
  ["npm run enqueue -- cou", ["count-words"]],
  ["npm run submit -- --mail-by ", ["smtp", "bucket"]],
  ["npm run submit -- --dir READ", ["README.md"]],
  ["npm run lab -- console", ["console-load"]],
  ["npm run completion -- f", ["fish"]],
])("bash offers after %j: %j", (line, words) => {
  expect(offered(line)).toEqual(words);
});

test("every kind and option of redrive is offered", () => {
  expect(offered("npm run queues -- redrive ")).toEqual(
    expect.arrayContaining([...jobKinds, "--group", "--json"]),
  );
});

test("in another project's folder nothing is offered", () => {
  writeFileSync(join(folder, "package.json"), '{ "name": "other" }');
  expect(offered("npm run qu", folder)).toEqual([]);
});

test("descriptions with quotes do not end the words of a script", () => {
  const option = { flags: ["--it"], description: "it's a:b", takesValue: false, choices: [] };
  const command = { names: ["x"], description: "x's", arguments: [], options: [option], commands: [] };
  const odd: DescribedScript[] = [{ name: "x", command }];
  expect(zshScript(odd, placesOf(odd, []))).toContain("found=('--it:it'\\''s a:b')");
  expect(fishScript(odd, placesOf(odd, []))).toContain("-a '--it' -d 'it\\'s a:b'");
  expect(spawnSync("bash", ["-n"], { input: bashScript(odd, placesOf(odd, [])) }).status).toBe(0);
});

test("a shell that it does not know is refused", async () => {
  const { stdout, stderr, texts } = collected();
  expect(await runCompletion(["csh"], { env: {}, stdout, stderr, root })).toBe(2);
  expect(texts.stderr).toMatch(/completion: .*Allowed choices are bash, zsh, fish/);
});
