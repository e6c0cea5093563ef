// A batch of INSERTs in the campaign's log: each row is a write of its own, and a first claim or an end like any other.
import { expect, test } from "vitest";
import { describeTableCall } from "../../../../../scripts/lab/campaign/log/describe-table.ts";
import { ledgerWrites } from "../../../../../scripts/lab/campaign/log/ledger-writes.ts";
import type { Applied, CloudRecord } from "../../../../../scripts/lab/campaign/log/record.ts";
import { insertStatement, readInsert } from "../../../../../worker/fleet/insert-statement.ts";

const base: Applied = {
  ...{ seq: 0, at: 1, arrivedAt: 1, request: 1, givenAfter: 0 },
  ...{ from: "w", requestId: "r" },
};

/** The log of one batch: rows, and the code with which each was refused. */
function logOf(rows: readonly Record<string, unknown>[], refused: readonly (string | undefined)[] = []) {
  const Statements = rows.map((row) => ({
    Statement: insertStatement("jobs", Object.keys(row)),
    Parameters: Object.values(row).map((value) =>
      typeof value === "number" ? { N: String(value) } : { S: value },
    ),
  }));
  const Responses = rows.map((_, index) => (refused[index] ? { Error: { Code: refused[index] } } : {}));
  const call = { base, status: 200, asked: { Statements }, answered: { Responses } };
  return describeTableCall("BatchExecuteStatement", call);
}

const running = (jobId: string) => ({ jobId, status: "running", fence: 1 });
const ended = (jobId: string) => ({ jobId, status: "completed", fence: 1 });
const shown = (records: readonly CloudRecord[]) =>
  ledgerWrites(records, "jobs").map(({ what, jobId, fence, applied }) => ({ what, jobId, fence, applied }));

test("rows of running jobs are claims, rows of ended ones are ends, each applied or refused apart", () => {
  const log = logOf([running("a"), ended("b"), running("c")], [undefined, undefined, "DuplicateItem"]);
  expect(shown(log)).toEqual([
    { what: "claim", jobId: "a", fence: 1, applied: true },
    { what: "end", jobId: "b", fence: 1, applied: true },
    { what: "claim", jobId: "c", fence: 0, applied: false },
  ]);
});

test("a row that was refused for another reason says nothing of its job", () => {
  expect(shown(logOf([running("a"), running("b")], ["ThrottlingError", "TransactionConflict"]))).toEqual([]);
});

test("a statement that is no such INSERT stops the log, instead of being overlooked", () => {
  const Statements = [{ Statement: `UPDATE "jobs" SET a = ? WHERE jobId = ?`, Parameters: [] }];
  const call = { base, status: 200, asked: { Statements }, answered: {} };
  expect(() => describeTableCall("BatchExecuteStatement", call)).toThrow("unknown statement");
});

test("a statement is read as it was made, whatever it inserts", () => {
  expect(readInsert(insertStatement("fleet-jobs", ["jobId", "group", "a1"]))).toEqual({
    ...{ table: "fleet-jobs", attributes: ["jobId", "group", "a1"] },
  });
  expect(readInsert(`SELECT * FROM "jobs"`)).toBeUndefined();
});
