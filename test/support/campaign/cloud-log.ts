// A cloud's log, written entry by entry: the life of jobs as the oracle sees it, with what a test wants to go wrong.
import { historyOf } from "../../../scripts/lab/campaign/log/history.ts";
import type { ProcessEvent } from "../../../scripts/lab/campaign/log/process-log.ts";
import type { CloudRecord, Wrote } from "../../../scripts/lab/campaign/log/record.ts";
import type { Evidence } from "../../../scripts/lab/campaign/oracle/evidence.ts";

export const jobsTable = "test-jobs";
const queue = "test-work.fifo";
const deadQueue = "test-work-dead.fifo";

/** The union's members, each without the keys that the log adds itself. */
type Without<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;
type Entry = Without<
  CloudRecord,
  "seq" | "request" | "arrivedAt" | "givenAfter" | "requestId" | "at" | "from"
> & {
  from?: string;
  givenAfter?: number;
};

/** A growing log with its own clock, in milliseconds. */
export class CloudLog {
  readonly records: CloudRecord[] = [];
  readonly processes: ProcessEvent[] = [];
  now = 0;

  add(entry: Entry): this {
    const { length: seq } = this.records;
    const { now: at } = this;
    const common = {
      seq,
      request: seq,
      at,
      arrivedAt: at,
      givenAfter: seq - 1,
      requestId: `r${seq}`,
      from: "",
    };
    this.records.push({ ...common, ...entry } as CloudRecord);
    return this;
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  sent(jobId: string, group = "g"): this {
    return this.add({ what: "sent", queue, group, messageId: `m-${jobId}`, jobId, redrives: 0 });
  }

  deadLetter(jobId: string, group = "g"): this {
    return this.add({ what: "sent", queue: deadQueue, group, messageId: `d-${jobId}`, jobId, redrives: 0 });
  }

  received(
    worker: string,
    jobId: string,
    { seconds = 10, handle = `${worker} ${jobId}`, group = "g" } = {},
  ): this {
    const messages = [{ messageId: `m-${jobId}`, handle, group, jobId }];
    return this.add({ what: "received", queue, seconds, messages, from: worker });
  }

  extended(worker: string, jobId: string, seconds: number): this {
    const entries = [{ handle: `${worker} ${jobId}`, seconds }];
    return this.add({ what: "extended", queue, entries, from: worker });
  }

  deleted(worker: string, jobId: string): this {
    return this.add({ what: "deleted", queue, handles: [`${worker} ${jobId}`], from: worker });
  }

  claim(worker: string, jobId: string, fence: number, { reopens = false } = {}): this {
    const expression = `SET claimToken = :token${reopens ? ", interruptions = fence, fence = fence + :one" : ""}`;
    return this.#row(worker, jobId, { expression, values: { ":token": "t" }, after: { jobId, fence } });
  }

  end(
    worker: string,
    jobId: string,
    fence: number,
    {
      status = "completed",
      applied = true,
      token,
    }: { status?: string; applied?: boolean; token?: string } = {},
  ): this {
    const values = { ":fence": fence, ":status": status };
    return this.#row(worker, jobId, { expression: "SET #status = :status", values, applied, token });
  }

  put(worker: string, jobId: string, { bucket = "results", key = "k" } = {}): this {
    return this.add({ what: "put", bucket, key, versionId: "v", jobId, from: worker });
  }

  removed(worker: string, versionId: string | undefined, { bucket = "uploads", key = "k" } = {}): this {
    return this.add({ what: "removed", bucket, key, versionId, jobId: undefined, from: worker });
  }

  /** The entries of a delivery that goes well. */
  done(worker: string, jobId: string, fence = 1): this {
    return this.received(worker, jobId)
      .claim(worker, jobId, fence)
      .wait(10)
      .end(worker, jobId, fence)
      .deleted(worker, jobId);
  }

  /** The end of a job that nobody had claimed: its whole row. */
  endUnclaimed(from: string, jobId: string, { applied = true } = {}): this {
    const item = { jobId, fence: 1, status: "completed" };
    const condition = "attribute_not_exists(jobId)";
    return this.add({
      what: "wrote",
      applied,
      refusals: applied ? [] : ["ConditionalCheckFailedException"],
      writes: [{ op: "put", table: jobsTable, item, expression: "", condition, values: {} }],
      token: undefined,
      after: undefined,
      from,
    });
  }

  #row(
    from: string,
    jobId: string,
    row: {
      expression: string;
      values: Record<string, unknown>;
      after?: Wrote["after"];
      applied?: boolean;
      token?: string | undefined;
    },
  ): this {
    const { expression, values, after, applied = true, token } = row;
    const condition = "fence = :fence";
    return this.add({
      what: "wrote",
      applied,
      refusals: applied ? [] : ["ConditionalCheckFailed"],
      writes: [{ op: "update", table: jobsTable, item: { jobId }, expression, condition, values }],
      token,
      after,
      from,
    });
  }

  /** The log as evidence, with some fields replaced. */
  evidence(more: Partial<Evidence> = {}): Evidence {
    return {
      history: historyOf(this.records, { fleet: "test", jobsTable }),
      acknowledged: [],
      designedDeadLetters: new Set(),
      processes: this.processes,
      effects: [],
      ambiguousMails: 0,
      leftovers: { processes: [], files: [], rows: [] },
      originals: [],
      stallMs: 0,
      outages: [],
      fleet: { workers: 3, scale: 1 },
      workerPrefix: "W",
      ...more,
    };
  }
}
