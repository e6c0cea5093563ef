// The trigger bundles are small and contain no decoder.
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";

const root = join(import.meta.dirname, "../..");

/** In kilobytes. Triggers that serve HTTP, or call S3 beside SQS and DynamoDB, may be larger. */
const limits: Partial<Record<TriggerName, number>> = { "slack-message": 600, "untaken-due": 600, web: 1024 };

test.each(Object.keys(eventSources) as TriggerName[])(
  "the bundle of %s is around half a megabyte at most and holds no decoder",
  async (name) => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(root, "triggers", `${name}.ts`)],
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      target: "node24",
      mainFields: ["module", "main"],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    // `import * as z` lets esbuild drop what zod does not need here; `import { z }` carries all its languages (+350 KB).
    expect(outputFiles[0]?.contents.length).toBeLessThan((limits[name] ?? 512) * 1024);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.some((path) => path.endsWith(`triggers/${name}.ts`))).toBe(true);
    expect(
      inputs.filter((path) =>
        /node_modules\/(sharp|@img|mailparser)\/|handlers?\.ts$|worker\/(engine|jobs)\/sandbox\/|\/child\//.test(
          path,
        ),
      ),
    ).toEqual([]);
  },
);
