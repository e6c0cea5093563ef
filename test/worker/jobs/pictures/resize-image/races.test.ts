// Versions of one key, processed by workers that overlap, lag behind, repeat each other and die at any call: in the end the
// row, the result object, the count and the originals always agree.
import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EffectRefused, FenceLost } from "../../../../../worker/engine/ledger/ledger.ts";
import type { ResizePayload } from "../../../../../worker/jobs/pictures/resize-image/image-row.ts";
import { ResultChanged } from "../../../../../worker/jobs/pictures/resize-image/result-object.ts";
import { type PictureCloud, startPictureCloud } from "../../../../support/pictures/picture-cloud.ts";
import { stubResult, stubSandbox } from "../../../../support/pictures/stub-sandbox.ts";

let cloud: PictureCloud;

beforeAll(async () => {
  cloud = await startPictureCloud(stubSandbox);
  cloud.hooks.beforeCall = async (command) => await current.getStore()?.beforeCall(command);
});

afterAll(() => cloud.close());

/** The gates of the delivery that a call belongs to; undefined outside of deliveries. */
const current = new AsyncLocalStorage<{ beforeCall: (command: string) => Promise<void> }>();

class Died extends Error {}

/** A delivery in which every call first waits for the schedule, and which may die at one of them. */
function delivery(payload: ResizePayload, schedule: () => Promise<void>, diesAt: number | undefined) {
  let calls = 0;
  const beforeCall = async () => {
    await schedule();
    calls += 1;
    if (diesAt !== undefined && calls >= diesAt) throw new Died();
  };
  return current.run({ beforeCall }, () => cloud.deliver(payload));
}

/** Delivers until the job has ended, like the queue. */
async function untilEnded(payload: ResizePayload): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    try {
      await cloud.deliver(payload);
      return;
    } catch (error) {
      if (!(error instanceof ResultChanged || error instanceof EffectRefused)) throw error;
    }
  }
  throw new Error("the job does not end");
}

const version = fc.record({
  /** Few different contents, so that the same picture occurs again and ETags repeat. */
  content: fc.constantFrom("good A", "good B", "bad"),
  deliveries: fc.array(fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 2,
  }),
});

let keys = 0;

async function expectAgreement(uploads: { payload: ResizePayload; body: Buffer }[]): Promise<void> {
  const isGood = ({ body }: { body: Buffer }) => body.toString().startsWith("good");
  const shown = uploads.filter(isGood).at(-1);
  const [first] = uploads;
  if (!first) return;
  const { key } = first.payload;
  const row = await cloud.imageRow(first.payload);
  const lastRefused = uploads.filter((upload) => !isGood(upload)).at(-1);
  const refusedLater = lastRefused && (!shown || uploads.indexOf(lastRefused) > uploads.indexOf(shown));
  expect(row?.refusal?.versionId).toBe(refusedLater ? lastRefused.payload.versionId : undefined);
  expect((await cloud.albumRow(key.split("/")[0] ?? ""))?.pictures).toBe(shown ? 1 : undefined);
  if (!shown) {
    expect(row?.state).toBe("refused");
    expect(await cloud.hasResult(key)).toBe(false);
    return;
  }
  const result = await cloud.result(key);
  expect(row).toMatchObject({ state: "ready", versionId: shown.payload.versionId });
  expect(row?.resultVersionId).toBe(result.versionId);
  expect(result.bytes).toEqual(stubResult(shown.body));
  const left = await cloud.uploadVersions(key);
  for (const upload of uploads.filter(isGood)) expect(left).not.toContain(upload.payload.versionId);
}

/** Starts a delivery and stops it just before it puts its result. `resume` lets it continue to its end. */
async function heldBeforePut(payload: ResizePayload) {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const beforeCall = async (command: string) => {
    if (command !== "PutObjectCommand") return;
    reached.resolve();
    await held.promise;
  };
  const end = current
    .run({ beforeCall }, () => cloud.deliver(payload))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  await reached.promise;
  return {
    resume: () => {
      held.resolve();
      return end;
    },
  };
}

async function uploaded(key: string, content: string) {
  const body = Buffer.from(content);
  return { payload: await cloud.upload(key, body), body };
}

test("a worker that lost its job cannot overwrite the result committed since", async () => {
  const first = await uploaded("stale-1/cat.png", "good A");
  const stale = await heldBeforePut(first.payload);
  await untilEnded(first.payload);
  const second = await uploaded("stale-1/cat.png", "good B");
  await untilEnded(second.payload);
  expect(await stale.resume()).toBeInstanceOf(ResultChanged);
  await expectAgreement([first, second]);
});

test("it cannot even when the picture it saw at the key is there again", async () => {
  const first = await uploaded("stale-2/cat.png", "good A");
  await untilEnded(first.payload);
  const second = await uploaded("stale-2/cat.png", "good B");
  const stale = await heldBeforePut(second.payload);
  await untilEnded(second.payload);
  const third = await uploaded("stale-2/cat.png", "good A");
  await untilEnded(third.payload);
  expect(await stale.resume()).toBeInstanceOf(ResultChanged);
  await expectAgreement([first, second, third]);
});

test("whatever overlaps, repeats, lags or dies, there is one picture, one count, and the newest accepted version", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(version, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (scheduler, versions, backwards) => {
        keys += 1;
        const key = `race-${keys}/cat.png`;
        const uploads: { payload: ResizePayload; body: Buffer }[] = [];
        for (const { content } of versions) {
          const body = Buffer.from(content);
          uploads.push({ payload: await cloud.upload(key, body), body });
        }
        const schedule = () => scheduler.schedule(Promise.resolve(), "call");
        const deliveries = versions.flatMap(({ deliveries }, index) =>
          deliveries.map((diesAt) => {
            const upload = uploads[index];
            return upload && delivery(upload.payload, schedule, diesAt);
          }),
        );
        const ends = Promise.allSettled(deliveries);
        await scheduler.waitFor(ends);
        for (const end of await ends) {
          if (end.status === "fulfilled") continue;
          const expected = [Died, ResultChanged, EffectRefused, FenceLost];
          if (!expected.some((kind) => end.reason instanceof kind)) throw end.reason;
        }
        const inOrder = backwards ? uploads.toReversed() : uploads;
        for (const { payload } of inOrder) await untilEnded(payload);
        await expectAgreement(uploads);
      },
    ),
    { numRuns: 30 },
  );
});
