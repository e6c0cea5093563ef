// Reads the project's imports off its sources, type imports included, and finds circles among them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const importPattern = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

const packagePattern =
  /^(?:import|export|\})[^"\n]*\bfrom "([^"]+)";$|^import "([^"]+)";$|\bimport\("([^"]+)"\)/gm;

/** One import: `target` is a path from the root for this project's files, a package's name otherwise. */
export type Import = { file: string; target: string };

/** Every TypeScript file below a folder, as paths from the root. */
export function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** What one file imports. */
export function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(importPattern)].map(([, target = ""]) =>
    target.startsWith(".") ? relative(root, resolve(root, dirname(file), target)) : target,
  );
}

/** Every import of every file below a folder. */
export function importsBelow(folder: string): Import[] {
  return sources(folder).flatMap((file) => importsOf(file).map((target) => ({ file, target })));
}

/** Files that reach themselves through imports, one list per circle (strongly connected components; Tarjan 1972). */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    stack.push(file);
    let low = index;
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, order.get(target) ?? index);
    }
    if (low === index) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1 || graph.get(file)?.includes(file)) found.push(circle);
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** The npm packages a file imports, by name. */
export function packagesOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(packagePattern)]
    .map(([, from, alone, dynamic]) => from ?? alone ?? dynamic ?? "")
    .concat(requiredIn(text))
    .filter((target) => target !== "" && !/^(\.|node:)/.test(target))
    .map((target) => target.split("/", target.startsWith("@") ? 2 : 1).join("/"));
}

/** What a file loads by a function that `createRequire` made for it. */
function requiredIn(text: string): string[] {
  const [, name] = /\bconst (\w+) = (?:\w+\.)?createRequire\(/.exec(text) ?? [];
  if (name === undefined) return [];
  return [...text.matchAll(new RegExp(`\\b${name}(?:\\.resolve)?\\("([^"]+)"\\)`, "g"))].map(
    ([, target = ""]) => target,
  );
}
