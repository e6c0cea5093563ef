// `simulate export`: the jobs of a running fleet become a trace that simulate plays.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTables } from "../../../scripts/provision/tables.ts";
import { usualMeasures } from "../../../scripts/simulate/model/trace.ts";
import { runSimulate } from "../../../scripts/simulate/run-simulate.ts";
import { traceFromCsv } from "../../../scripts/simulate/traces/csv.ts";
import { endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { type ResourceNames, resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { clientSettings } from "../../support/cloud.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let folder: string;
beforeAll(async () => {
  provisioned = await startProvisioned();
  folder = await mkdtemp(join(tmpdir(), "export-"));
});
afterAll(async () => {
  await provisioned.close();
  await rm(folder, { recursive: true });
});

async function run(fleet: string, ...args: string[]) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const env = { AWS_ENDPOINT_URL: provisioned.cloud.url, FLEET_NAME: fleet };
  const streams = { stdout: stream("stdout"), stderr: stream("stderr") };
  const code = await runSimulate(["export", ...args], { env, ...streams } as never);
  return { code, ...texts };
}

const before = Date.now() - 600_000;
const at = (seconds: number) => new Date(before + seconds * 1000).toISOString();

/** A fleet with a ledger, made once. */
const fleets = new Map<string, Promise<ResourceNames>>();
function fleetNamed(fleet: string): Promise<ResourceNames> {
  const made = fleets.get(fleet) ?? ledgerOf(resourceNames(fleet));
  fleets.set(fleet, made);
  return made;
}

async function ledgerOf(names: ResourceNames): Promise<ResourceNames> {
  const dynamo = new DynamoDBClient(clientSettings(provisioned.cloud));
  const ledger = tableDefinitions(names).filter(({ name }) => name === names.tables.jobs);
  await createTables(dynamo, ledger);
  dynamo.destroy();
  return names;
}

/** A job that has ended, in the ledger of a fleet. */
async function ended(fleet: string, id: string, row: Record<string, unknown>): Promise<void> {
  const kind = String(row.kind ?? "parse-mail");
  const jobId = `${kind}/${id}`;
  const fixed = { jobId, kind, group: "g", status: "completed", endedShard: endedShard(kind, jobId) };
  const { tables } = await fleetNamed(fleet);
  await provisioned.db.send(new PutCommand({ TableName: tables.jobs, Item: { ...fixed, ...row } }));
}

test("a job has its arrival from the first one, its kind, a hashed group, and the seconds of its last run", async () => {
  const file = join(folder, "three.csv");
  await ended("three", "aa0", {
    group: "ann@example.org, x",
    enqueuedAt: at(10),
    claimedAt: at(12),
    endedAt: at(13.5),
  });
  await ended("three", "aa1", {
    group: "ann@example.org, x",
    enqueuedAt: at(20.25),
    claimedAt: at(21),
    endedAt: at(22),
  });
  await ended("three", "bb2", { kind: "store-file", enqueuedAt: at(11), claimedAt: at(11), endedAt: at(11) });
  const { code, stdout } = await run("three", file);
  expect([code, stdout]).toEqual([
    0,
    `3 jobs of 2 kinds are in ${file}; npm run simulate -- ${file} plays them\n`,
  ]);
  const text = await readFile(file, "utf8");
  expect(text).not.toContain("ann");
  const { jobs } = traceFromCsv(text, file, usualMeasures);
  expect(jobs.map(({ arrival, kind, seconds }) => [arrival, kind, seconds])).toEqual([
    [0, "parse-mail", 1.5],
    [1, "store-file", 0.001],
    [10.25, "parse-mail", 1],
  ]);
  const [first, other, third] = jobs.map(({ group }) => group);
  expect([first === third, first === other]).toEqual([true, false]);
});

test("jobs that ended before the chosen hours are left out, and jobs that have not ended", async () => {
  const file = join(folder, "recent.csv");
  await ended("recent", "aa0", { enqueuedAt: at(-7200), claimedAt: at(-7200), endedAt: at(-7100) });
  await ended("recent", "aa1", { enqueuedAt: at(0), claimedAt: at(1), endedAt: at(2) });
  await ended("recent", "aa2", { enqueuedAt: at(0), claimedAt: at(1), endedShard: undefined });
  expect((await run("recent", file, "--hours", "1")).stdout).toContain("1 job of 1 kind is in");
  expect((await readFile(file, "utf8")).trim().split("\n")).toHaveLength(2);
});

test("it asks the index of ended jobs and scans no table", async () => {
  const start = provisioned.cloud.requests.since(0).length;
  await run("recent", join(folder, "again.csv"));
  const actions = provisioned.cloud.requests
    .since(0)
    .slice(start)
    .map(({ action }) => action);
  expect(new Set(actions)).toEqual(new Set(["Query"]));
});

test.each([
  [["no-csv"], 2, '"no-csv" must end in .csv'],
  [["x.csv", "--hours", "0"], 2, "It takes a number from 0.01 to 1440."],
  [[], 2, "missing required argument 'file'"],
  [["/nowhere/at/all.csv"], 1, "cannot be written: ENOENT"],
])("%j is one line and exit code %d", async (args, code, problem) => {
  const answer = await run("recent", ...args);
  expect([answer.code, answer.stderr.trim().split("\n").length]).toEqual([code, 1]);
  expect(answer.stderr).toContain(problem);
});

test("a fleet without ended jobs, or no fleet, is one line and exit code 1", async () => {
  await fleetNamed("fresh");
  expect(await run("fresh", join(folder, "none.csv"))).toMatchObject({
    code: 1,
    stderr: "simulate: no job ended in the last 24 h\n",
  });
  expect((await run("missing", join(folder, "none.csv"))).stderr).toContain("there is no fleet missing");
});
