// What is in the triggers' bundles, made as they are deployed: no decoder, little that never runs, and errors that say their names.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleFunction } from "../../scripts/build/bundle-function.ts";
import { eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";

const root = resolve(import.meta.dirname, "../..");
const triggers = Object.keys(eventSources) as TriggerName[];
let folder: string;
let bundles: Map<TriggerName, Bundle>;
type Bundle = { file: string; metafile: Metafile };
const made = async (name: TriggerName): Promise<[TriggerName, Bundle]> => {
  const file = join(folder, `${name}.cjs`);
  return [name, { file, metafile: await bundleFunction(root, `triggers/${name}.ts`, file) }];
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-bundles-"));
  bundles = new Map(await Promise.all(triggers.map(made)));
});
afterAll(() => rm(folder, { recursive: true }));
const bundleOf = (name: TriggerName) => {
  const found = bundles.get(name);
  if (found === undefined) throw new Error(`no bundle of ${name}`);
  return found;
};

/** In kilobytes. Triggers that serve HTTP, or call S3 beside SQS and DynamoDB, may be larger. */
const limits: Partial<Record<TriggerName, number>> = { "slack-message": 480, "untaken-due": 440, web: 760 };

test.each(triggers)(
  "the bundle of %s is small and holds no decoder and nothing that Lambda has no use for",
  async (name) => {
    const { file, metafile } = bundleOf(name);
    // `import * as z` lets esbuild drop what zod does not need here; `import { z }` carries all its languages (+350 KB).
    expect((await stat(file)).size).toBeLessThan((limits[name] ?? 400) * 1024);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain(`triggers/${name}.ts`);
    const unwanted =
      /node_modules\/(sharp|@img|mailparser)\/|handlers?\.ts$|worker\/(engine|jobs)\/sandbox\/|\/child\/|nested-clients|credential-provider-(node|sso|ini|http)|event-streams\//;
    expect(inputs.filter((path) => unwanted.test(path))).toEqual([]);
  },
);

test.each(triggers)(
  "nothing that %s loads reaches the SDK by a dynamic import, which would keep its modules apart",
  (name) => {
    const { inputs, outputs } = bundleOf(name).metafile;
    const loaded = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
    const reached = loaded
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => inputs[path]?.imports ?? [])
      .filter(
        ({ kind, path }) => kind === "dynamic-import" && /node_modules\/@(aws-sdk|smithy)\//.test(path),
      );
    expect(reached).toEqual([]);
  },
);

test.each(triggers)("errors of %s say their names, since bundles give classes short ones", async (name) => {
  const ours = Object.keys(bundleOf(name).metafile.inputs).filter((path) =>
    /^(triggers|worker)\//.test(path),
  );
  const sources = await Promise.all(ours.map((path) => readFile(join(root, path), "utf8")));
  const unnamed = sources.flatMap((source) =>
    [...source.matchAll(/class (\w+) extends (?:FleetError|Error)\b/g)]
      .map(([, found = ""]) => found)
      .filter((found) => found !== "FleetError" && !source.includes(`name = "${found}"`)),
  );
  expect(unnamed).toEqual([]);
});

test("a function whose settings are missing says so by the name of its error", async () => {
  const { handler } = await import(bundleOf("mail-received").file);
  await expect(handler({ Records: [] })).rejects.toMatchObject({ name: "InvalidSettings" });
});
