// What goes into a Lambda: small, and nothing that decodes.
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { eventSources } from "../../triggers/event-sources.ts";

const root = join(import.meta.dirname, "../..");

test.each(Object.keys(eventSources))(
  "the bundle of %s is under half a megabyte and holds no decoder",
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
    expect(outputFiles[0]?.contents.length).toBeLessThan(512 * 1024);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.some((path) => path.endsWith(`triggers/${name}.ts`))).toBe(true);
    expect(
      inputs.filter((path) =>
        /node_modules\/(sharp|@img|mailparser)\/|handlers?\.ts$|worker\/sandbox\//.test(path),
      ),
    ).toEqual([]);
  },
);
