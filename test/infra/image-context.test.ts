// What the image's build sends to the engine: all that the build reads, and nothing that it does not need.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const rules = readFileSync(join(root, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const letIn = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
const isLetIn = (file: string) => letIn.some((path) => file === path || file.startsWith(`${path}/`));

/** A source and all sources it imports. */
function closureOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, target = ""] of readFileSync(join(root, file), "utf8").matchAll(
    /(?:from|import\()\s*"(\.[^"]+)"/g,
  ))
    closureOf(relative(root, resolve(root, dirname(file), target)), found);
  return found;
}

test("everything is kept out but what is let in by name", () => {
  expect(rules[0]).toBe("*");
  expect(letIn.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(["README.md", "node_modules", "test", "infra", "triggers"].filter(isLetIn)).toEqual([]);
});

test.each(["scripts/build.ts", "worker/main.ts"])("all that %s imports is let in", (entry) => {
  const sources = [...closureOf(entry)];
  expect(sources.length).toBeGreaterThan(1);
  expect(sources.filter((file) => !isLetIn(file))).toEqual([]);
});

test("what the Dockerfile copies from the project by name is let in", () => {
  const copied = [...readFileSync(join(root, "Dockerfile"), "utf8").matchAll(/^COPY (?!--)(.+) \S+$/gm)]
    .flatMap(([, names = ""]) => names.split(" "))
    .filter((name) => name !== ".");
  expect(copied).toContain("package-lock.json");
  expect(copied.filter((name) => !isLetIn(name))).toEqual([]);
});
