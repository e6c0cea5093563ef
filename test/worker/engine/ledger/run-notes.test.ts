// The notes of a job's runs in its row, and when it is in the index `attention`, in a real DynamoDB.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ClaimRequest } from "../../../../worker/engine/ledger/ledger.ts";
import { addNote, type RunNote } from "../../../../worker/engine/ledger/run-notes.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

let database: LedgerDatabase;
let writes = 0;
beforeAll(async () => {
  database = await startLedgerDatabase(systemClock, (service) => ({
    ...service,
    handle: (request) => {
      if (/UpdateItem|TransactWriteItems|PutItem|BatchExecuteStatement/.test(service.actionOf(request)))
        writes += 1;
      return service.handle(request);
    },
  }));
});
afterEach(() => {
  writes = 0;
});
afterAll(() => database.close());

const completed = { status: "completed", effects: [], result: {} } as const;

/** The notes of a job's row without their times, and its place in the index. */
async function shown({ jobId }: Pick<ClaimRequest, "jobId">) {
  const row = (await database.row(jobId)) as { notes?: RunNote[]; attention?: string };
  return { notes: (row.notes ?? []).map(({ at: _, ...note }) => note), attention: row.attention };
}

test("a job that is completed in its first run costs two writes, has one note and is never in the index", async () => {
  const job = newJob();
  const claim = await database.claimed(job, "w-1");
  expect(await shown(job)).toEqual({ notes: [{ by: "w-1" }], attention: undefined });
  await database.ledger("w-1").commit(claim, completed);
  expect(await shown(job)).toEqual({ notes: [{ by: "w-1" }], attention: undefined });
  expect(writes).toBe(2);
});

test("each run notes its worker and its end; a run whose worker died has no end; a waiting job is in the index", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(job, "w-1"), "Error: no route");
  expect((await shown(job)).attention).toBe("fixture-work#waiting");
  await database.claimed(job, "w-2");
  expect((await shown(job)).attention).toBeUndefined();
  await ledger.notePutOff(await database.claimed(job, "w-3"), "S3 does not answer");
  await ledger.noteInterruption(await database.claimed(job, "w-4"));
  await ledger.commit(await database.claimed(job, "w-5"), completed);
  expect(await shown(job)).toEqual({
    notes: [
      ...[{ by: "w-1" }, { end: "failed", cause: "Error: no route" }, { by: "w-2" }],
      ...[{ by: "w-3" }, { end: "put off", cause: "S3 does not answer" }],
      ...[{ by: "w-4" }, { end: "interrupted" }, { by: "w-5" }],
    ],
    attention: undefined,
  });
});

test("a rejected job is in the index", async () => {
  const job = newJob();
  const ending = { status: "rejected", code: "c", reason: "r", effects: [] } as const;
  await database.ledger().commit(await database.claimed(job), ending);
  expect((await shown(job)).attention).toBe("fixture-work#rejected");
});

test("a job that ends in the one write that makes its row has the same note, and is in the index if it was rejected", async () => {
  const [done, refused] = [newJob(), newJob()];
  const ledger = database.ledger("w-1");
  await ledger.commit(ledger.presume(done), completed);
  const rejection = { status: "rejected", code: "c", reason: "r", effects: [] } as const;
  await ledger.commit(ledger.presume(refused), rejection);
  expect(await shown(done)).toEqual({ notes: [{ by: "w-1" }], attention: undefined });
  expect(await shown(refused)).toEqual({ notes: [{ by: "w-1" }], attention: "fixture-work#rejected" });
  expect(writes).toBe(2);
});

test("a job that is sent back after it died keeps the notes of its earlier runs, and how it died", async () => {
  const job = newJob();
  await database
    .ledger()
    .commit(await database.claimed(job, "w-1"), { status: "dead-lettered", cause: "five" });
  const again = await database.claimed({ ...job, redrives: 1 }, "w-2");
  expect(again.run).toBe(1);
  expect((await shown(job)).notes).toEqual([
    { by: "w-1" },
    { end: "dead-lettered", cause: "five" },
    { by: "w-2" },
  ]);
});

test("a row keeps about forty notes: the first two, and the last ones in order", async () => {
  const job = newJob();
  const ledger = database.ledger();
  for (let run = 1; run <= 25; run += 1)
    await ledger.notePutOff(await database.claimed(job, `w-${run}`), `down ${run}`);
  const { notes } = await shown(job);
  expect(notes.length).toBeLessThanOrEqual(41);
  expect(notes.slice(0, 2)).toEqual([{ by: "w-1" }, { end: "put off", cause: "down 1" }]);
  expect(notes.slice(-2)).toEqual([{ by: "w-25" }, { end: "put off", cause: "down 25" }]);
});

test("a list that is too long is shortened to forty with the new note as its last", () => {
  const known = Array.from({ length: 60 }, (_, at) => ({ at }));
  const { values } = addNote(known, { at: 99 });
  const notes = values[":notes"] as RunNote[];
  expect(notes.map(({ at }) => at)).toEqual([0, 1, ...Array.from({ length: 37 }, (_, n) => 23 + n), 99]);
});
