// `npx cdk synth` as a person runs it, without account, profile or Docker; and the trigger bundles that it makes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventSources } from "../../triggers/catalog/event-sources.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-synth-"));
const first = join(folder, "first");
const second = join(folder, "second");

/** An environment without AWS variables or profiles, with a `docker` that fails. */
function synthesise(output: string): void {
  const bin = join(folder, "bin");
  execFileSync("mkdir", ["-p", bin]);
  execFileSync("sh", ["-c", `printf '#!/bin/sh\\nexit 1\\n' > "$0/docker" && chmod +x "$0/docker"`, bin]);
  const PATH = [bin, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { PATH, HOME: folder, CI: "true" };
  execFileSync("cdk", ["synth", "--quiet", "--output", output], { cwd: root, env, stdio: "pipe" });
}

const files = (output: string) => readdirSync(output, { recursive: true, encoding: "utf8" }).sort();
const templates = (output: string) => files(output).filter((name) => name.endsWith(".template.json"));

beforeAll(() => {
  synthesise(first);
  synthesise(second);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("seven stacks are synthesised, each below CloudFormation's limits", () => {
  expect(templates(first)).toEqual(
    ["data", "image", "messaging", "operations", "triggers", "web", "workers"].map(
      (name) => `fifo-fleet-${name}.template.json`,
    ),
  );
  for (const name of templates(first)) {
    const text = readFileSync(join(first, name), "utf8");
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(Object.keys(JSON.parse(text).Resources).length).toBeLessThan(400);
  }
});

test("a second synthesis is identical, file by file", () => {
  expect(files(second)).toEqual(files(first));
  for (const name of files(first))
    if (statSync(join(first, name)).isFile())
      expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).toBe(true);
});

test("the assembly contains nothing of this machine", () => {
  for (const name of files(first))
    if (name.endsWith(".json"))
      expect(readFileSync(join(first, name), "utf8").includes(root), name).toBe(false);
});

/** A file of every trigger's bundle, by function name. */
function bundles(file: string): Map<string, string> {
  type Found = { Type: string; Properties: { FunctionName?: string }; Metadata?: Record<string, string> };
  const functions = ["triggers", "web"].flatMap((stack) => {
    const path = join(first, `fifo-fleet-${stack}.template.json`);
    const { Resources } = JSON.parse(readFileSync(path, "utf8")) as { Resources: Record<string, Found> };
    return Object.values(Resources).filter(
      ({ Type, Properties }) => Type === "AWS::Lambda::Function" && Properties.FunctionName,
    );
  });
  return new Map(
    functions.map(({ Properties, Metadata = {} }) => [
      Properties.FunctionName ?? "",
      readFileSync(join(first, Metadata["aws:asset:path"] ?? "", file), "utf8"),
    ]),
  );
}

test("every trigger's bundle is under a megabyte and holds neither sharp nor mailparser", () => {
  const made = bundles("index.js");
  expect([...made.keys()].sort()).toEqual(
    Object.keys(eventSources)
      .map((name) => `fifo-fleet-${name}`)
      .sort(),
  );
  for (const [name, code] of made) {
    expect(Buffer.byteLength(code), name).toBeLessThan(1_000_000);
    expect(code, name).not.toMatch(/@img\/sharp|libvips|mailparser|simpleParser/);
    expect(code, name).toContain("module.exports=");
  }
});

test("beside every bundle are the licences of what is in it, and nothing else", () => {
  const licences = bundles("LICENCES.txt");
  expect(licences.size).toBe(Object.keys(eventSources).length);
  for (const [name, text] of licences) {
    expect(text, name).toContain("@aws-sdk/");
    expect(text, name).toContain("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
    expect(text, name).not.toContain("libvips");
  }
  expect(files(first).filter((name) => name.endsWith("index.meta.json"))).toEqual([]);
});
