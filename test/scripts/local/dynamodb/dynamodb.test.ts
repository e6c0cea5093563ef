import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { findDynamoDb, NoDynamoDb } from "../../../../scripts/local/dynamodb/binary.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../../scripts/local/dynamodb/dynamodb.ts";
import { createTables, TableDiffers } from "../../../../scripts/provision/tables.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { isAlive, until } from "../../../support/until.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const startedSchema = z.object({ endpoint: z.string(), processId: z.number() });
const log = pino({ level: "silent" });
const here = { environment: process.env, platform: process.platform, arch: process.arch };
const nowhere = { platform: "plan9", arch: "mips" };
const names = resourceNames("test");

async function start(dataDir?: string): Promise<LocalDynamoDb> {
  const database = await startDynamoDb({ ...here, dataDir, log });
  cleanUps.push(database.close);
  return database;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "fleet-test-"));
  cleanUps.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function client(endpoint: string): DynamoDBClient {
  const db = new DynamoDBClient({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 10,
  });
  cleanUps.push(() => db.destroy());
  return db;
}

const put = (db: DynamoDBClient, jobId: string) =>
  db.send(new PutItemCommand({ TableName: names.tables.jobs, Item: { jobId: { S: jobId } } }));
const has = async (db: DynamoDBClient, jobId: string) =>
  (await db.send(new GetItemCommand({ TableName: names.tables.jobs, Key: { jobId: { S: jobId } } }))).Item !==
  undefined;

async function processIdOf(database: LocalDynamoDb): Promise<number> {
  return until("the program's process id", database.processId);
}

test("the fleet's tables are created, and creating them again changes nothing", async () => {
  const db = client((await start()).endpoint);
  await createTables(db, tableDefinitions(names));
  await put(db, "a");
  await createTables(db, tableDefinitions(names));
  expect(await has(db, "a")).toBe(true);
});

test("a table that exists with another key is an error that names both keys", async () => {
  const db = client((await start()).endpoint);
  await createTables(db, [{ name: "pairs", key: { partition: "a", sort: "b" } }]);
  const again = createTables(db, [{ name: "pairs", key: { partition: "a" }, stream: true }]);
  await expect(again).rejects.toThrow(TableDiffers);
  await expect(again).rejects.toThrow("table pairs exists as a+b but should be a stream");
});

test("a killed database comes back on the same endpoint with every answered write", async () => {
  const database = await start();
  const db = client(database.endpoint);
  await createTables(db, tableDefinitions(names));
  for (let round = 0; round < 3; round += 1) {
    await put(db, `round-${round}`);
    const killed = await processIdOf(database);
    process.kill(killed, "SIGKILL");
    await until("another process", () => database.processId() !== killed);
    await until("an answer", () => has(db, `round-${round}`).catch(() => false));
  }
  expect([await has(db, "round-0"), await has(db, "round-1"), await has(db, "round-2")]).toEqual([
    true,
    true,
    true,
  ]);
});

test("a data folder keeps the tables and items for the next start", async () => {
  const dataDir = folder();
  const first = await start(dataDir);
  const db = client(first.endpoint);
  await createTables(db, tableDefinitions(names));
  await put(db, "kept");
  process.kill(await processIdOf(first), "SIGKILL");
  await first.close();
  const second = client((await start(dataDir)).endpoint);
  await createTables(second, tableDefinitions(names));
  expect(await has(second, "kept")).toBe(true);
});

test("closing ends the program and removes its temporary folder", async () => {
  const temporary = folder();
  vi.stubEnv("TMPDIR", temporary);
  const database = await start();
  const processId = await processIdOf(database);
  expect(readdirSync(temporary)).toHaveLength(1);
  await database.close();
  expect(isAlive(processId)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
  await expect(fetch(database.endpoint)).rejects.toThrow();
});

test("when the parent is killed with -9, the program ends and its temporary folder is removed", async () => {
  const temporary = folder();
  const script = join(import.meta.dirname, "..", "..", "..", "support", "dynamodb-parent.ts");
  const parent = spawn(process.execPath, [script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: temporary },
  });
  cleanUps.push(() => parent.kill("SIGKILL"));
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: parent.stdout }).once("line", resolve);
  });
  const { endpoint, processId } = startedSchema.parse(JSON.parse(line));
  expect((await fetch(endpoint)).status).toBe(200);
  expect(readdirSync(temporary)).toHaveLength(1);
  parent.kill("SIGKILL");
  await until("the program's end", () => !isAlive(processId));
  await until("its folder's end", () => readdirSync(temporary).length === 0);
  await expect(fetch(endpoint)).rejects.toThrow();
});

test("without the package a program on the PATH is used, else the endpoint", () => {
  const bin = folder();
  const environment = { PATH: `/does/not/exist:${bin}`, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" };
  expect(findDynamoDb({ ...nowhere, environment })).toEqual({ kind: "endpoint", url: "http://127.0.0.1:1" });
  writeFileSync(join(bin, "dynoxide"), "", { mode: 0o644 });
  expect(findDynamoDb({ ...nowhere, environment }).kind).toBe("endpoint");
  rmSync(join(bin, "dynoxide"));
  writeFileSync(join(bin, "dynoxide"), "", { mode: 0o755 });
  expect(findDynamoDb({ ...nowhere, environment })).toEqual({ kind: "program", path: join(bin, "dynoxide") });
});

test("without any of the three, the error names all three", () => {
  const search = () => findDynamoDb({ ...nowhere, environment: { PATH: folder() } });
  expect(search).toThrow(NoDynamoDb);
  for (const choice of ["@dynoxide/plan9-mips", "PATH", "AWS_ENDPOINT_URL_DYNAMODB"]) {
    expect(search).toThrow(choice);
  }
});

test("a running endpoint is used unchanged, and must answer", async () => {
  const server = createServer((_, response) => response.end("healthy"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const environment = { PATH: "", AWS_ENDPOINT_URL_DYNAMODB: url };
  const database = await startDynamoDb({ ...nowhere, environment, log });
  expect(database.endpoint).toBe(url);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(startDynamoDb({ ...nowhere, environment, log })).rejects.toThrow(
    `AWS_ENDPOINT_URL_DYNAMODB is ${url}, which does not answer`,
  );
});

test("a program that ends at every start is an error, not a hang", async () => {
  const bin = folder();
  const temporary = folder();
  vi.stubEnv("TMPDIR", temporary);
  writeFileSync(join(bin, "dynoxide"), "#!/bin/sh\necho no such option >&2\nexit 3\n", { mode: 0o755 });
  const starting = startDynamoDb({ ...nowhere, environment: { PATH: `${bin}:${process.env.PATH}` }, log });
  await expect(starting).rejects.toThrow("ended at every start");
  expect(readdirSync(temporary)).toEqual([]);
});
