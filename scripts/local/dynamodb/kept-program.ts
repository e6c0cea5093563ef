// Keeps the DynamoDB program serving on one port: starting -> serving -> (crash) starting -> serving -> closed.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { type SupervisedProcess, superviseProgram } from "./supervised-process.ts";

/** DynamoDB was found but does not serve. */
export class DynamoDbDidNotStart extends FleetError {}

const startAttempts = 5;
const readyWithinMs = 15_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new DynamoDbDidNotStart("no free port");
  return address.port;
}

/** Whether an endpoint answers HTTP. */
export async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Waits until the program serves; false when it ended first, for instance because the port was taken. */
async function untilServing(endpoint: string, run: SupervisedProcess): Promise<boolean> {
  let running = true;
  void run.ended.then(() => {
    running = false;
  });
  const deadline = Date.now() + readyWithinMs;
  while (running && Date.now() < deadline) {
    if (await answers(endpoint)) return running;
    await wait(20);
  }
  if (running) {
    await run.stop();
    throw new DynamoDbDidNotStart(`no answer from ${endpoint} within ${readyWithinMs / 1000} seconds`);
  }
  return false;
}

/** One program with one file and one port. After a crash it starts again with the same file and port. */
export class KeptProgram {
  readonly #path: string;
  readonly #log: Logger;
  readonly #temporaryDirectory: string | undefined;
  readonly #databaseFile: string;
  #state: "starting" | "serving" | "closed" = "starting";
  #port = 0;
  #processId: number | undefined;
  #run: SupervisedProcess | undefined;

  constructor(path: string, { dataDir, log }: { dataDir?: string | undefined; log: Logger }) {
    this.#path = path;
    this.#log = log;
    if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
    const directory = dataDir ?? mkdtempSync(join(tmpdir(), "fleet-dynamodb-"));
    this.#temporaryDirectory = dataDir === undefined ? directory : undefined;
    this.#databaseFile = join(directory, "dynamodb.db");
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  processId = (): number | undefined => this.#processId;

  /** @throws DynamoDbDidNotStart after several ports, or when the program hangs */
  async start(): Promise<void> {
    for (let attempt = 0; attempt < startAttempts; attempt++) {
      this.#port = await freePort();
      if (await this.#startOnce()) return;
    }
    if (this.#temporaryDirectory !== undefined) rmSync(this.#temporaryDirectory, { recursive: true });
    throw new DynamoDbDidNotStart(`${this.#path} ended at every start; the log has its output`);
  }

  close = async (): Promise<void> => {
    this.#state = "closed";
    await this.#run?.stop();
  };

  async #startOnce(): Promise<boolean> {
    const run = superviseProgram({
      path: this.#path,
      port: this.#port,
      databaseFile: this.#databaseFile,
      temporaryDirectory: this.#temporaryDirectory,
    });
    this.#run = run;
    this.#processId = await run.processId;
    if (!(await untilServing(this.endpoint, run))) {
      this.#log.warn({ port: this.#port, complaints: run.complaints() }, "dynamodb ended at its start");
      return false;
    }
    if (this.#state === "closed") await run.stop();
    else this.#state = "serving";
    void run.ended.then((how) => this.#afterEnd(how));
    return true;
  }

  async #afterEnd(how: string): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "starting";
    this.#log.error({ how, complaints: this.#run?.complaints() }, "dynamodb crashed, starting it again");
    for (let attempt = 1; this.#state === "starting" && attempt <= startAttempts; attempt++) {
      if (await this.#startOnce().catch(() => false)) return;
      await wait(200 * attempt);
    }
    if (this.#state === "starting") this.#log.fatal({ port: this.#port }, "dynamodb cannot be started again");
  }
}
