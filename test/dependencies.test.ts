// Dependencies earn their place: what the worker and the triggers import is a dependency, what only tools, the laptop
// cloud, infra and tests import is a development dependency, and each is imported.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { packagesOf, sources } from "./support/imports.ts";

type Manifest = {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

const root = resolve(import.meta.dirname, "..");
const json = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
const { dependencies, devDependencies, optionalDependencies } = json("package.json") as Manifest;
const lock = json("package-lock.json") as { packages: Record<string, unknown> };

/** Programs (fauxqs is measured beside the local queue) and types, and uplot, whose files the console serves as they are. */
const notImported = new Set(["@biomejs/biome", "@types/node", "aws-cdk", "fauxqs", "typescript", "uplot"]);

const imported = (folders: string[]): Set<string> => new Set(folders.flatMap(sources).flatMap(packagesOf));
const production = imported(["worker", "triggers"]);
const development = new Set([...imported(["scripts", "infra", "test"]), ...packagesOf("vitest.config.ts")]);
const names = (versions: Record<string, string>) => Object.keys(versions);

test("the reader of packages sees them, so the rules below can fail", () => {
  expect(packagesOf("worker/process/clients.ts")).toContain("@aws-sdk/client-sqs");
  expect(packagesOf("vitest.config.ts")).toEqual(["vitest"]);
});

test("the dependencies are exactly what the worker and the triggers import", () => {
  expect(names(dependencies).sort()).toEqual([...production].sort());
});

test("what tools, infra and tests import is declared", () => {
  const declared = new Set([...names(dependencies), ...names(devDependencies)]);
  expect([...development].filter((name) => !declared.has(name))).toEqual([]);
});

test("every development dependency is imported, types the package they describe", () => {
  const used = (name: string) => {
    const described = name.startsWith("@types/") ? name.slice("@types/".length) : name;
    return notImported.has(name) || development.has(described) || production.has(described);
  };
  expect(names(devDependencies).filter((name) => !used(name))).toEqual([]);
});

test("versions are exact", () => {
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test("the lock file has the AWS SDK and the mail libraries once each", () => {
  const once = /(@aws-sdk|@smithy)\/[^/]+$|\/(mailparser|nodemailer|libmime|iconv-lite)$/;
  const nested = /node_modules\/.*node_modules\//;
  const twins = Object.keys(lock.packages).filter((path) => nested.test(path) && once.test(path));
  expect(twins).toEqual([]);
});
