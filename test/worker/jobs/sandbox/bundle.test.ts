// The sandbox as in the container image: bundled, away from the sources, with its packages in a folder beside it.
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { banner, isShipped, nativePackages } from "../../../../scripts/build/bundle-worker.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { drawnSheet } from "../../../support/drawn-sheet.ts";
import { decoded } from "../../../support/pictures/decode.ts";
import { heic } from "../../../support/pictures/heic.ts";
import { cornersPicture } from "../../../support/pictures/pictures.ts";
import { silent } from "../../../support/sandbox.ts";

const root = join(import.meta.dirname, "../../../..");

test("bundled children decode and draw without access to a TypeScript source", async () => {
  const out = await mkdtemp(join(tmpdir(), "sandbox-bundle-"));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  await build({
    entryPoints: {
      main: join(root, "worker/jobs/sandbox/decode-sandbox.ts"),
      "sandbox-child": join(root, "worker/jobs/sandbox/child.ts"),
    },
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    external: [...nativePackages],
    banner: { js: banner },
    logLevel: "silent",
  });
  for (const name of ["sharp", "@img", "detect-libc", "semver", "libheif-js"]) {
    const to = join(out, "node_modules", name);
    await cp(join(root, "node_modules", name), to, { recursive: true, filter: isShipped });
  }
  await cp(join(root, "worker/jobs/pictures/contact-sheet/child/font"), join(out, "font"), {
    recursive: true,
  });
  const bundled: { createDecodeSandbox: typeof createDecodeSandbox } = await import(
    pathToFileURL(join(out, "main.js")).href
  );
  const sandbox = await bundled.createDecodeSandbox({ size: 1, log: silent, preload: ["decode-image"] });
  onTestFinished(() => sandbox.close());
  const { metadata } = await decoded(sandbox, await cornersPicture(80, 60).jpeg().toBuffer());
  expect(metadata).toMatchObject({ format: "jpeg", width: 400, height: 300 });
  const phone = await decoded(sandbox, heic());
  expect(phone.metadata).toMatchObject({ format: "jpeg", width: 400, height: 267 });
  expect(readFileSync(join(out, "node_modules/libheif-js/libheif-wasm/LICENSE"), "utf8")).toContain(
    "LESSER GENERAL",
  );
  const sources = await createDecodeSandbox({ size: 1, log: silent });
  onTestFinished(() => sources.close());
  const pictures = [{ name: "a.png", bytes: await cornersPicture(80, 60).png().toBuffer() }];
  const [sheet, wanted] = [await drawnSheet(sandbox, pictures), await drawnSheet(sources, pictures)];
  expect(sheet.bytes.equals(wanted.bytes)).toBe(true);
});
