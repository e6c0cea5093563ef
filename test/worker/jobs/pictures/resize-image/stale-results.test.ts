// What a run takes back, and what it leaves alone, with stores that answer as the test says.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { JobContext } from "../../../../../worker/engine/job/handler.ts";
import { resourceNames } from "../../../../../worker/fleet/resources.ts";
import {
  readyEffects,
  refusedEffects,
  removedEffects,
} from "../../../../../worker/jobs/pictures/resize-image/image-effects.ts";
import type { ImageRow } from "../../../../../worker/jobs/pictures/resize-image/image-row.ts";
import { ResultChanged } from "../../../../../worker/jobs/pictures/resize-image/result-object.ts";
import {
  deleteStaleResults,
  storeResults,
} from "../../../../../worker/jobs/pictures/resize-image/store-results.ts";
import { variants } from "../../../../../worker/jobs/pictures/resize-image/variants.ts";
import { never, silent } from "../../../../support/sandbox.ts";

type Answer = (command: string, input: Record<string, unknown>) => unknown;

/** A job's context whose calls are noted and answered by the test. */
function contextOf(answer: Answer = () => ({})) {
  const calls: [command: string, versionId: unknown][] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    calls.push([command.constructor.name, command.input.VersionId]);
    return answer(command.constructor.name, command.input);
  };
  const names = resourceNames("test");
  const context = {
    jobId: "resize-image/mine",
    names,
    s3: { send },
    db: { send },
    signal: never,
    log: silent,
  };
  return { calls, context: { ...context, now: () => 0 } as unknown as JobContext };
}

const payload = { bucket: "uploads", key: "album/cat.jpg", versionId: "v1", sequencer: "0A", size: 1 };
const common = {
  id: "uploads/album/cat.jpg",
  sequencer: "0B",
  versionId: "v2",
  writtenBy: "resize-image/other",
};
const ready = {
  ...common,
  state: "ready",
  width: 4,
  height: 3,
  contentType: "image/png",
  results: { fit: { bucket: "results", key: payload.key, versionId: "of-the-row", etag: "e" } },
  album: "album",
  ordinal: 1,
} as const;

test.each([
  ["its own result that no row names is taken back", "resize-image/mine", "left-behind", ["left-behind"]],
  ["the result of another job, which may be about to commit it, is not", "resize-image/other", "newer", []],
  ["its own result that the row names is not", "resize-image/mine", "of-the-row", []],
])("of a superseded run %s", async (_, job, versionId, deleted) => {
  const { context, calls } = contextOf((command) =>
    command === "HeadObjectCommand" ? { ETag: "e", VersionId: versionId, Metadata: { job } } : {},
  );
  await deleteStaleResults(context, ready);
  expect(calls.flatMap(([command, id]) => (command === "DeleteObjectCommand" ? [id] : []))).toEqual(deleted);
});

test("the row is read again only after a result was written over another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stale-results-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "picture");
  await writeFile(file, "x");
  const picture = { format: "png", width: 4, height: 3, frames: 1, bytes: 1 } as const;
  const [variant] = variants;
  const reads = async (seen: ImageRow | undefined) => {
    const { context, calls } = contextOf((command) =>
      command === "GetCommand" ? { Item: ready } : { VersionId: "v", ETag: "e" },
    );
    await storeResults(payload, context, seen, [{ variant, picture, file } as never]);
    return calls.map(([command]) => command);
  };
  expect(await reads(undefined)).toEqual(["PutObjectCommand"]);
  const below = { ...ready, results: { [variant.name]: ready.results.fit } };
  expect(await reads(below)).toEqual(["PutObjectCommand", "GetCommand"]);
});

test("a row that has changed since it was read ends the commit of a result and of a removal, and the next run compares anew", async () => {
  const { context } = contextOf();
  await expect(readyEffects(payload, context, undefined, {} as never)(0)).rejects.toBeInstanceOf(
    ResultChanged,
  );
  await expect(removedEffects(ready, context)(0)).rejects.toBeInstanceOf(ResultChanged);
});

test("a later refusal takes the place of an earlier one, and stands beside a picture that is shown", () => {
  const { context } = contextOf();
  const refusal = { code: "corrupt", reason: "It is cut off." };
  const refused = { ...common, sequencer: "09", state: "refused" } as const;
  expect(refusedEffects(payload, context, refused, refusal)).toMatchObject([
    {
      Put: {
        Item: { state: "refused", code: "corrupt", reason: "It is cut off." },
        ExpressionAttributeValues: { ":seen": refused.writtenBy },
      },
    },
  ]);
  expect(refusedEffects(payload, context, ready, refusal)).toMatchObject([
    { Update: { ExpressionAttributeValues: { ":refusal": { code: "corrupt" }, ":seen": ready.writtenBy } } },
  ]);
});
