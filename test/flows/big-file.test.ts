// A file in parts through a real Chromium, with a reload in the middle: the seed of `npm run lab -- big-file`.
import { expect, test } from "vitest";
import { bigFile } from "../../scripts/lab/big-file/run-big-file.ts";

const mebibyte = 1024 ** 2;

test("a file goes up in parts, only what is missing after a reload, comes down unchanged and is packed", async () => {
  const asked = { size: 96 * mebibyte, limit: 400, zip: true, json: true };
  const result = await bigFile(asked, { progress: () => {}, signal: new AbortController().signal });
  expect(result).toMatchObject({
    parts: 6,
    partsSentAgain: 0,
    sameBytes: true,
    archive: { zip64: false, sameBytes: true, unzip: expect.stringMatching(/^No errors detected/) },
    problems: [],
  });
  expect(result?.partsBeforeReload).toBeGreaterThanOrEqual(2);
  const names = result?.memory.map(({ name }) => name);
  for (const name of ["local cloud and pages", "worker", "browser: tab"]) expect(names).toContain(name);
}, 300_000);
