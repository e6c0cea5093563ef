// The pictures suite's two measurements, with a few small pictures: the real worker, and the bare loop.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startChild } from "../../../../../scripts/lab/bench/child.ts";
import { measureLoop, measureWorker } from "../../../../../scripts/lab/bench/pictures/measure.ts";

async function somePictures() {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const create = { width: 60, height: 40, channels: 3, background: "#406080" } as const;
  for (const name of ["a.jpg", "b.png", "c.webp", "d.avif"])
    await sharp({ create }).toFile(join(folder, name));
  return { folder, names: ["a.jpg", "b.png", "c.webp", "d.avif", "a.jpg", "b.png"], warm: 2 };
}

test("the bare loop resizes every picture to fit 400 x 400", async () => {
  const pictures = await somePictures();
  const run = await measureLoop(pictures, 2);
  expect(run).toMatchObject({ callsPerPicture: 0, picturesPerSecond: expect.any(Number) });
  const out = join(pictures.folder, "out");
  const made = await Promise.all((await readdir(out)).map((name) => sharp(join(out, name)).metadata()));
  expect(made.map(({ width, height }) => [width, height])).toEqual(Array(6).fill([400, 267]));
});

test("the worker takes every picture from the queue to the deleted original", async () => {
  const setup = { latencyMs: 0, dynamoDb: true };
  const child = startChild("./pictures/cloud-process.ts", { args: [JSON.stringify(setup)] });
  onTestFinished(() => child.end());
  const { url } = await child.receive("serving", z.object({ url: z.string() }));
  const pictures = await somePictures();
  const many = { ...pictures, names: Array<string[]>(8).fill(pictures.names).flat() };
  const run = await measureWorker({ ...child, url }, many, 2);
  expect(run.picturesPerSecond).toBeGreaterThan(0);
  // Claim, row, get, put, commit and delete for every picture, except those already running when measuring began.
  expect(run.callsPerPicture).toBeGreaterThan(4);
}, 60_000);
