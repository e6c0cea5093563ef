// Schemas of the SDK in bundles: those that are used are as the SDK wrote them, the others are left out.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sdkSchemas, withPlainKeys } from "../../../scripts/build/sdk-schemas.ts";

const root = resolve(import.meta.dirname, "../../..");
const scope = join(root, "node_modules/@aws-sdk");
const clients = (await readdir(scope)).filter((name) => name.startsWith("client-"));
const schemasOf = (client: string) => join(scope, client, "dist-es/schemas/schemas_0.js");

let folder: string;
beforeAll(async () => {
  // In the project, so that the modules find what they import.
  folder = await mkdtemp(join(root, "node_modules/.fleet-schemas-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A schema as text, the functions in it too: they name other schemas. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === "function" ? `${each}` : each));

test("the packages that we ship have clients with schemas", () => {
  expect(clients).toEqual(expect.arrayContaining(["client-s3", "client-sqs", "client-dynamodb"]));
});

test.each(clients)("every schema of %s has the same value with its keys written out", async (client) => {
  const source = await readFile(schemasOf(client), "utf8");
  const written = withPlainKeys(source);
  expect(written).not.toMatch(/\[_\w+\]:/);
  const at = (name: string) => join(folder, `${client}-${name}`);
  const bundle = async (name: string, contents: string) => {
    const stdin = { contents, resolveDir: join(schemasOf(client), ".."), loader: "js" } as const;
    await build({ stdin, bundle: true, format: "esm", platform: "node", outfile: at(name) });
    return (await import(at(name))) as Record<string, unknown>;
  };
  const [before, after] = [await bundle("before.mjs", source), await bundle("after.mjs", written)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, schema] of Object.entries(before)) expect(plain(after[name])).toBe(plain(schema));
});

test("a key that is no constant of the module stays computed", () => {
  const source = 'const _a = "x";\nlet _b = "y";\nconst c = { [_a]: 1, [_b]: [_a], [f()]: 2 };';
  expect(withPlainKeys(source)).toBe(
    'const _a = "x";\nlet _b = "y";\nconst c = { "x": 1, [_b]: [_a], [f()]: 2 };',
  );
});

test("a bundle holds the schemas of the calls that it makes, and of no others", async () => {
  const contents =
    'import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"; console.log(S3Client, PutObjectCommand);';
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    platform: "node",
    mainFields: ["module", "main"],
    plugins: [sdkSchemas],
  });
  const text = outputFiles.map((file) => file.text).join("");
  expect(text).toContain("PutObjectRequest");
  expect(text).not.toContain("PutBucketAclRequest");
});
