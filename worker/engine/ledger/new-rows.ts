// Writes the first rows of jobs, several in one call. A batch of PartiQL's INSERT statements is the one call that writes many rows,
// each on condition that there is none with its key, at the units of single writes: BatchWriteItem takes no conditions, and a
// transaction costs twice. Each row is written, or not, apart from the others.
//
// A row waits for others only while a call is on its way, and never longer than `gatherMs`.
import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../fleet/clock.ts";
import { insertStatement } from "../../fleet/insert-statement.ts";
import { isCloudTrouble } from "../trouble/classify-error.ts";

type Row = Readonly<Record<string, unknown>> & { jobId: string };

type Waiting = {
  row: Row;
  signal: AbortSignal | undefined;
  resolve: (written: boolean) => void;
  reject: (error: unknown) => void;
};

/** DynamoDB's limit of statements in a batch (BatchExecuteStatement API reference). */
const maxRows = 25;

/** Rows above this many characters of JSON go alone, so that a batch stays far below every limit of a request. */
const maxCharacters = 16_000;

/** How long a row may wait for others, milliseconds: less than a call takes. */
const gatherMs = 3;

/** Collects and writes the first rows of one worker's jobs. */
export class NewRows {
  readonly #db: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #statements = new Map<string, string>();
  #waiting: Waiting[] = [];
  #gathering = false;
  #calls = 0;

  constructor(options: { db: DynamoDBDocumentClient; table: string; clock: Clock }) {
    this.#db = options.db;
    this.#table = options.table;
    this.#clock = options.clock;
  }

  /**
   * Writes a job's row if the job has none. True when it was written now. False says nothing of why it was not: whoever
   * writes it alone, as a repeated attempt of the same write, learns that.
   * @param signal takes back a row that still waits for others, and ends the wait for an answer
   * @throws what the call threw when the cloud is in trouble: the row may have been written
   */
  insert(row: Row, signal?: AbortSignal): Promise<boolean> {
    if (JSON.stringify(row).length > maxCharacters) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#waiting.push({ row, signal, resolve, reject });
      if (!this.#gathering) void this.#gather();
    });
  }

  async #gather(): Promise<void> {
    this.#gathering = true;
    // A turn of the event loop brings together what one receive brought.
    await (this.#calls === 0 ? new Promise(setImmediate) : this.#clock.sleep(gatherMs));
    this.#gathering = false;
    const waiting = this.#waiting.filter(isWanted);
    this.#waiting = [];
    for (const batch of batchesOf(waiting)) void this.#write(batch);
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    this.#calls += 1;
    try {
      const Statements = batch.map(({ row }) => this.#insertOf(row));
      const { Responses = [] } = await this.#db.send(new BatchExecuteStatementCommand({ Statements }));
      for (const [index, { resolve }] of batch.entries()) {
        const response = Responses[index];
        resolve(response !== undefined && response.Error === undefined);
      }
    } catch (error) {
      for (const { resolve, reject } of batch)
        if (isAboutTheBatch(error)) resolve(false);
        else reject(error);
    } finally {
      this.#calls -= 1;
    }
  }

  /** The statement for a row; its text depends on the names of the row's attributes alone. */
  #insertOf(row: Row) {
    const given = Object.entries(row).filter(([, value]) => value !== undefined);
    const names = given.map(([name]) => name);
    const known = this.#statements.get(names.join());
    const Statement = known ?? insertStatement(this.#table, names);
    if (known === undefined) this.#statements.set(names.join(), Statement);
    return { Statement, Parameters: given.map(([, value]) => value) };
  }
}

/** True when nothing was written because of the batch as it is, or because the role may not write batches. */
function isAboutTheBatch(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "AccessDeniedException" || !isCloudTrouble(error, "dynamodb");
}

function isWanted({ signal, reject }: Waiting): boolean {
  if (signal?.aborted !== true) return true;
  reject(signal.reason);
  return false;
}

/** Batches in which no key is twice, which DynamoDB refuses. */
function batchesOf(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Map<string, Waiting>[] = [];
  for (const each of waiting) {
    const { jobId } = each.row;
    const open = batches.find((batch) => batch.size < maxRows && !batch.has(jobId));
    if (open === undefined) batches.push(new Map([[jobId, each]]));
    else open.set(jobId, each);
  }
  return batches.map((batch) => [...batch.values()]);
}
