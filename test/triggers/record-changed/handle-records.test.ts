// The trigger record-changed, from a batch of stream records to what it enqueues, relays and reports.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { type RecordChangedOptions, recordChanged } from "../../../triggers/record-changed/handle-records.ts";
import type { Enqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import type { OutboxRow } from "../../../worker/jobs/outbox/outbox-row.ts";
import { type Images, streamRecord } from "../../support/stream-records.ts";
import { furtherCriteria } from "./further-criterion.ts";

const names = resourceNames("chain");
const numbers = (album: string, peak: number) => ({ album, pictures: peak, peak, revision: peak });
const albumRecord = (images: Images) => streamRecord(names.tables.albums, images, "album");
const crossing = (album: string, to = 10) =>
  albumRecord({ before: numbers(album, to - 1), after: numbers(album, to) });
const outboxRecord = (id: string) => {
  const row: OutboxRow = {
    id,
    kind: "k",
    payload: "{}",
    traceId: "t",
    pending: "0",
    dueAt: "2026",
    tries: 0,
  };
  return streamRecord(names.tables.outbox, { after: row });
};

/** A trigger whose enqueue fails for some albums, and everything it did. */
function trigger(
  fails: (album: string) => boolean = () => false,
  options: Partial<RecordChangedOptions> = {},
) {
  const did = { enqueued: [] as unknown[], relayed: [] as string[], logged: [] as unknown[] };
  const enqueue: Enqueue = async (job, payload) => {
    const { album } = payload as { album: string };
    if (fails(album)) throw new Error(`the queue refuses ${album}`);
    did.enqueued.push({ kind: job.kind, ...payload });
    return { jobId: "j", messageId: "m" };
  };
  const run = recordChanged({
    tables: names.tables,
    criteria,
    enqueue,
    relay: async ({ id }) => void did.relayed.push(id),
    log: (level, message, details) => void did.logged.push({ level, message, ...details }),
    ...options,
  });
  return { run, ...did };
}

const failures = (...records: { dynamodb: { SequenceNumber: string } }[]) => ({
  batchItemFailures: records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })),
});

test("records of both tables lead to their jobs, and all other records to nothing", async () => {
  const { run, enqueued, relayed } = trigger();
  const quiet = [
    albumRecord({ after: numbers("new", 1) }),
    albumRecord({ before: numbers("gone", 10) }),
    albumRecord({ before: numbers("same", 10), after: numbers("same", 10) }),
    streamRecord(names.tables.images, { after: { id: "a picture" } }),
  ];
  expect(await run({ Records: [...quiet, crossing("trip", 20), outboxRecord("o1")] })).toEqual(failures());
  expect(enqueued).toEqual([{ kind: "contact-sheet", album: "trip", threshold: 20, revision: 20 }]);
  expect(relayed).toEqual(["o1"]);
});

test("a record that fails later in the batch is reported with its sequence number; all others are handled", async () => {
  const { run, enqueued } = trigger((album) => album === "b");
  const records = ["a", "b", "c"].map((album) => crossing(album));
  expect(await run({ Records: records })).toEqual(failures(...records.slice(1, 2)));
  expect(enqueued).toMatchObject([{ album: "a" }, { album: "c" }]);
});

test("when the first record of the batch fails, the handler throws, so that Lambda halves the batch; all others are handled", async () => {
  const { run, enqueued } = trigger((album) => album === "a");
  const records = ["a", "b", "c"].map((album) => crossing(album));
  await expect(run({ Records: records })).rejects.toThrow(
    "1 of 3 records failed, the first with Error: the queue refuses a",
  );
  expect(enqueued).toMatchObject([{ album: "b" }, { album: "c" }]);
});

test("after a failure, later records of the same item wait, but those of other items do not", async () => {
  let down = true;
  const { run, enqueued } = trigger((album) => down && album === "b");
  const [first, later, latest] = [crossing("a"), crossing("b", 10), crossing("b", 20)];
  expect(await run({ Records: [first, later, latest] })).toEqual(failures(later, latest));
  down = false;
  expect(await run({ Records: [later, latest] })).toEqual(failures());
  expect(enqueued).toMatchObject([
    { album: "a" },
    { album: "b", threshold: 10 },
    { album: "b", threshold: 20 },
  ]);
});

test.each([
  [
    "an image that is no album",
    { before: numbers("odd", 1), after: { album: "odd", pictures: "many" } },
    /pictures/,
  ],
  ["a change without its images", {}, /without its images|not a stream record/],
  ["a change without the image of before", { after: numbers("odd", 1) }, /without its images/],
  ["a change without the image of after", { before: numbers("odd", 1) }, /without its images/],
])("%s is a failure with its reason in the log", async (_, images: Images, reason) => {
  const { run, logged } = trigger();
  const poison = { ...albumRecord(images), eventName: "MODIFY" };
  await expect(run({ Records: [poison] })).rejects.toThrow(reason);
  expect(logged).toMatchObject([{ level: "error", message: "record failed" }]);
});

test("a record of another fleet's table is a failure, not a silent success", async () => {
  const { run } = trigger();
  await expect(run({ Records: [streamRecord("other-albums", { after: { id: "1" } })] })).rejects.toThrow(
    "stream of another fleet's table",
  );
});

test.each([undefined, {}, { Records: "x" }, { Records: [null] }, { Records: [{}] }])(
  "an invalid event (%j) fails as a whole",
  async (event) => {
    await expect(trigger().run(event)).rejects.toThrow(/no Records|no sequence number/);
  },
);

test("a further criterion is one function and one line", async () => {
  const { run, enqueued } = trigger(() => false, { criteria: furtherCriteria });
  await run({ Records: [albumRecord({ after: numbers("trip", 1) }), crossing("trip")] });
  expect(enqueued).toEqual([
    { kind: "welcome-album", album: "trip" },
    { kind: "contact-sheet", album: "trip", threshold: 10, revision: 10 },
  ]);
});

test("docs/add-a-job-kind.md shows the further criterion as this test runs it", () => {
  const read = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), "utf8");
  const [, code = ""] = read("further-criterion.ts").split(/\/\/ docs:(?:begin|end)\n/);
  expect(code).toContain("albumBegan");
  const page = read("../../../docs/add-a-job-kind.md");
  expect(page).toContain(code.trim());
});
