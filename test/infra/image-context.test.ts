// The context of the image build contains everything that the build reads, and nothing else.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const rules = readFileSync(join(root, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const letIn = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
const isLetIn = (file: string) => letIn.some((path) => file === path || file.startsWith(`${path}/`));

/** A source file and all files that it imports, directly or not. */
function closureOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, target = ""] of readFileSync(join(root, file), "utf8").matchAll(
    /(?:from|import\()\s*"(\.[^"]+)"/g,
  ))
    closureOf(relative(root, resolve(root, dirname(file), target)), found);
  return found;
}

test("everything is excluded unless it is included by name", () => {
  expect(rules[0]).toBe("*");
  expect(letIn.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(["README.md", "node_modules", "test", "infra", "triggers"].filter(isLetIn)).toEqual([]);
});

test.each(["scripts/build.ts", "worker/main.ts"])("everything that %s imports is included", (entry) => {
  const sources = [...closureOf(entry)];
  expect(sources.length).toBeGreaterThan(1);
  expect(sources.filter((file) => !isLetIn(file))).toEqual([]);
});

test("everything that the Dockerfile copies from the project is included", () => {
  const copied = [...readFileSync(join(root, "Dockerfile"), "utf8").matchAll(/^COPY (?!--)(.+) \S+$/gm)]
    .flatMap(([, names = ""]) => names.split(" "))
    .filter((name) => name !== ".");
  expect(copied).toContain("package-lock.json");
  expect(copied.filter((name) => !isLetIn(name))).toEqual([]);
});
