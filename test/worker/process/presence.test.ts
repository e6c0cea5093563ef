// A worker's row in the workers table, in a real DynamoDB, on a fake clock.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startDynamoDb } from "../../../scripts/local/dynamodb/dynamodb.ts";
import { createTables } from "../../../scripts/provision/tables.ts";
import type { WorkerReport } from "../../../worker/engine/worker-parts.ts";
import { announce, keepAnnouncing } from "../../../worker/process/presence.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { until } from "../../support/until.ts";

const running = {
  jobId: "resize-image/1",
  kind: "resize-image",
  group: "g",
  since: "2026-01-01T00:00:00.000Z",
  slots: 1,
  leaseSeconds: 41,
};

async function setup() {
  const { env, platform, arch } = process;
  const database = await startDynamoDb({ environment: env, platform, arch, log: pino({ level: "silent" }) });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const dynamo = new DynamoDBClient({ endpoint: database.endpoint, region: "eu-west-1", credentials });
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  await createTables(dynamo, [{ name: "workers", key: { partition: "workerId" } }]);
  onTestFinished(async () => {
    dynamo.destroy();
    await database.close();
  });
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const report: WorkerReport = {
    state: "ready",
    worker: "w-1",
    busySlots: 3,
    idleSlots: 5,
    held: 7,
    groups: 2,
    running: [running],
    troubles: [],
    waitingKinds: [],
    blockedBy: [],
    unconfined: [],
  };
  const warnings: string[] = [];
  const options = {
    db,
    table: "workers",
    fleet: "test",
    instance: undefined as string | undefined,
    kinds: ["resize-image"],
    everySeconds: 5,
    version: "7",
    clock,
    log: pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) }),
    report: () => report,
    runs: () => ({ "resize-image": { ended: 4, meanSeconds: 0.5 } }),
  };
  const row = async () =>
    (await db.send(new GetCommand({ TableName: "workers", Key: { workerId: "w-1" }, ConsistentRead: true })))
      .Item;
  return { options, clock, report, row, warnings };
}

test("the row contains state, slots, held messages and their groups, runs, kinds, when it was written and when it expires", async () => {
  const { options, row } = await setup();
  await announce({ ...options, instance: "i-1" });
  expect(await row()).toEqual({
    workerId: "w-1",
    state: "ready",
    busySlots: 3,
    idleSlots: 5,
    held: 7,
    groups: 2,
    running: [running],
    fleet: "test",
    runs: { "resize-image": { ended: 4, meanSeconds: 0.5 } },
    instance: "i-1",
    kinds: ["resize-image"],
    troubles: [],
    waitingKinds: [],
    blockedBy: [],
    unconfined: [],
    updatedAt: "2026-01-01T00:00:00.000Z",
    everySeconds: 5,
    version: "7",
    expiresAt: Date.UTC(2026, 0, 2) / 1000,
  });
});

test("the row is renewed every few seconds until the worker stops", async () => {
  const { options, clock, report, row } = await setup();
  const end = new AbortController();
  const announcing = keepAnnouncing(options, end.signal);
  await until("the first row", async () => clock.sleeping() === 1 && (await row())?.state === "ready");
  report.state = "draining";
  await clock.advance(5000);
  await until("the second row", async () => (await row())?.state === "draining");
  end.abort();
  await announcing;
  expect((await row())?.updatedAt).toBe("2026-01-01T00:00:05.000Z");
});

test("a worker that has stopped leaves the index of those present", async () => {
  const { options, report, row } = await setup();
  report.state = "stopped";
  await announce(options);
  expect(await row()).not.toHaveProperty("fleet");
});

test("the row says what does not confine the worker's decode children", async () => {
  const { options, report, row } = await setup();
  report.unconfined = ["network", "files"];
  await announce(options);
  expect((await row())?.unconfined).toEqual(["network", "files"]);
});

test("a row that cannot be written is only a warning", async () => {
  const { options, warnings } = await setup();
  await announce({ ...options, table: "no-such-table" });
  expect(warnings).toHaveLength(1);
});
