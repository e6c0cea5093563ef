// The pool of pre-started children. Each does one task at a time; a dead one is replaced, at once where a spare is kept. The pool decides
// which child runs what; supervise.ts bounds a run, sandbox-child.ts owns a process.
import type { Logger } from "pino";
import { removeTree } from "./remove-tree.ts";
import { SandboxFailure, type SandboxRunOptions, type SandboxTask } from "./sandbox.ts";
import type { SandboxChild } from "./sandbox-child.ts";
import { supervise } from "./supervise.ts";
import { processUse } from "./watch.ts";

/** How a pool is set up; see `SandboxOptions`. */
export type PoolOptions = {
  size: number;
  spares: number;
  retireAfterRuns: number;
  retireAboveBytes: number;
  log: Logger;
  startChild: () => SandboxChild;
};

type Waiter = { task: string; give: (child: SandboxChild) => void; refuse: (why: SandboxFailure) => void };

/** After every so many runs a child's memory at rest is measured. */
const lookAfterRuns = 100;

/** True when a child has done its runs, or holds so much at rest that it would count as its next run's memory. */
async function isWorn(child: SandboxChild, limits: PoolOptions): Promise<boolean> {
  if (child.asked >= limits.retireAfterRuns) return true;
  if (child.asked % lookAfterRuns !== 0 || child.pid === undefined) return false;
  return (await processUse(child.pid)).residentBytes > limits.retireAboveBytes;
}

const firstBackoffMs = 100;
const maxBackoffMs = 5_000;

/** The children, and the runs that wait for one. `size + spares` children are kept; at most `size` work at a time. */
export class ChildPool {
  #options: PoolOptions;
  #children = new Set<SandboxChild>();
  #idle: SandboxChild[] = [];
  #waiting: Waiter[] = [];
  #running = 0;
  #failedStarts = 0;
  #closed = false;
  #othersStarted = false;
  #announceLoaded = Promise.withResolvers<void>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.loaded.catch(() => {});
  }

  /** Resolves when a child has loaded its tasks; rejects when one died of that. */
  get loaded(): Promise<void> {
    return this.#announceLoaded.promise;
  }

  /** Resolves when the first child serves; the others start when it has loaded its tasks, or has been given one. */
  async start(): Promise<void> {
    await this.#startOne()?.ready;
  }

  #startOthers(): void {
    if (this.#othersStarted) return;
    this.#othersStarted = true;
    const { size, spares } = this.#options;
    for (let more = 1; more < size + spares; more += 1) this.#startOne();
  }

  async run(task: SandboxTask, options: SandboxRunOptions): Promise<unknown> {
    const child = await this.#acquire(task.task, options.signal);
    this.#startOthers();
    options.onStart?.();
    try {
      return await supervise(child, task, options);
    } finally {
      const worn = await isWorn(child, this.#options);
      this.#running -= 1;
      this.#returnToPool(child, worn);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { task, refuse } of this.#waiting.splice(0)) {
      refuse(new SandboxFailure("aborted", task, "sandbox closed"));
    }
    const children = [...this.#children];
    for (const child of children) child.breach("aborted", "sandbox closed");
    await Promise.all(children.map((child) => child.ended));
  }

  #acquire(task: string, signal: AbortSignal): Promise<SandboxChild> {
    const { promise, resolve, reject } = Promise.withResolvers<SandboxChild>();
    if (this.#closed || signal.aborted) {
      reject(new SandboxFailure("aborted", task, this.#closed ? "sandbox closed" : String(signal.reason)));
      return promise;
    }
    const leave = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      reject(new SandboxFailure("aborted", task, String(signal.reason)));
    };
    const waiter = {
      task,
      refuse: reject,
      give: (child: SandboxChild) => {
        signal.removeEventListener("abort", leave);
        resolve(child);
      },
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#waiting.push(waiter);
    this.#assign();
    return promise;
  }

  /**
   * Assigns idle children to waiting runs, at most `size` at a time: first the one that worked last, whose code is compiled and
   * whose memory is its own already, so that the others stay small.
   */
  #assign(): void {
    while (this.#running < this.#options.size && this.#waiting.length > 0) {
      const child = this.#idle.pop();
      if (!child) return;
      if (child.state !== "idle") continue;
      this.#running += 1;
      this.#waiting.shift()?.give(child);
    }
  }

  /** A run that succeeded has left its child's directory empty; a run that failed has ended its child. */
  #returnToPool(child: SandboxChild, worn: boolean): void {
    if (worn) child.breach("aborted", "retired");
    if (child.state === "idle") this.#idle.push(child);
    this.#assign();
  }

  #startOne(): SandboxChild | undefined {
    if (this.#closed) return undefined;
    const child = this.#options.startChild();
    this.#children.add(child);
    child.ready.then(
      () => this.#addReady(child),
      (error) => this.#startFailed(error),
    );
    child.ended.then(() => this.#replace(child));
    return child;
  }

  #addReady(child: SandboxChild): void {
    child.loaded.then(
      () => this.#hasLoaded(),
      (error) => this.#loadFailed(child, error),
    );
    // At the end of the turns: others have worked already.
    this.#idle.unshift(child);
    this.#assign();
  }

  #hasLoaded(): void {
    this.#failedStarts = 0;
    this.#announceLoaded.resolve();
    this.#startOthers();
  }

  /** What a child dies of that has been given a task is that run's failure. */
  #loadFailed(child: SandboxChild, error: unknown): void {
    if (child.asked > 0) return;
    this.#startFailed(error);
    this.#announceLoaded.reject(error);
  }

  #startFailed(error: unknown): void {
    this.#failedStarts += 1;
    if (!this.#closed) this.#options.log.error({ err: error }, "sandbox child did not start");
  }

  async #replace(child: SandboxChild): Promise<void> {
    this.#children.delete(child);
    this.#idle = this.#idle.filter((other) => other !== child);
    // The new child has a directory of its own, so it need not wait until the old one is gone.
    this.#startAnother();
    const { directory } = child;
    if (!(await removeTree(directory)))
      this.#options.log.warn({ directory }, "sandbox files could not be removed");
  }

  /** Starts a child, after a pause while starts fail. A start that throws, as on a full disk, is tried again, too. */
  #startAnother(): void {
    const start = () => {
      try {
        this.#startOne();
      } catch (error) {
        this.#startFailed(error);
        this.#startAnother();
      }
    };
    if (this.#failedStarts === 0) start();
    else setTimeout(start, Math.min(maxBackoffMs, firstBackoffMs * 2 ** this.#failedStarts)).unref();
  }
}
