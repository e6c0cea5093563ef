// What the suites measure, with a few small inputs: the real worker on each kind of job, and the bare loops of the peers.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import type { Figures } from "../../../../../scripts/lab/bench/compare.ts";
import { measureLoop, measureWorker, withJobsCloud } from "../../../../../scripts/lab/bench/jobs/measure.ts";
import { writeMail } from "../../../../../scripts/lab/bench/mail/bank.ts";

async function somePictures() {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const create = { width: 60, height: 40, channels: 3, background: "#406080" } as const;
  for (const name of ["a.jpg", "b.png", "c.webp", "d.avif"])
    await sharp({ create }).toFile(join(folder, name));
  return { folder, names: ["a.jpg", "b.png", "c.webp", "d.avif", "a.jpg", "b.png"], warm: 2 };
}

const positive = (figures: Figures) =>
  Object.entries(figures).every(([, value]) => Number.isFinite(value) && value > 0);

test("the bare loop resizes every picture to fit 400 x 400", async () => {
  const pictures = await somePictures();
  const run = await measureLoop("./pictures/sharp-loop-process.ts", pictures, { atOnce: 2 });
  expect(Object.keys(run)).toEqual(["CPU ms each", "a second", "peak MB"]);
  const out = join(pictures.folder, "out");
  const made = await Promise.all((await readdir(out)).map((name) => sharp(join(out, name)).metadata()));
  expect(made.map(({ width, height }) => [width, height])).toEqual(Array(6).fill([400, 267]));
});

test("the worker takes every picture, mail and file from the queue to the deleted message", async () => {
  const { folder, names, warm } = await somePictures();
  const mail = await writeMail(folder, 20_000);
  const many = (some: readonly string[]) => ({ folder, names: Array(8).fill(some).flat(), warm });
  // One slot: the calls of one job at most come before measuring begins, whatever the machine's pace.
  const oneSlot = { FLEET_SLOTS: "1", FLEET_DECODERS: "1" };
  await withJobsCloud({ latencyMs: 0 }, async (cloud) => {
    const pictures = await measureWorker(cloud, "resize-image", many(names), oneSlot);
    expect(positive(pictures)).toBe(true);
    // A picture takes a claim or row, get, put and commit at least, and shares its delete.
    expect(pictures.calls).toBeGreaterThan(4);
    expect((await measureWorker(cloud, "parse-mail", many([mail]), oneSlot)).calls).toBeGreaterThan(3);
    expect((await measureWorker(cloud, "store-file", many(["a.jpg"]), oneSlot)).calls).toBeGreaterThan(5);
  });
}, 180_000);

test.each(["mailparser", "postal-mime"])(
  "the bare loop of %s reads the attachments of a mail",
  async (parser) => {
    const { folder } = await somePictures();
    const mail = await writeMail(folder, 20_000);
    const files = { folder, names: Array<string>(200).fill(mail), warm: 5 };
    expect(positive(await measureLoop("./mail/parser-loop-process.ts", files, { atOnce: 2, parser }))).toBe(
      true,
    );
  },
);
