// One child process from the worker's side: started, asked one question at a time, killed with its whole process group at
// the first breach. States: starting -> idle <-> busy; from any of them -> condemned (killed, not yet gone) -> ended. Only
// an idle child may be asked.
import { type ChildProcess, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { answerSchema } from "./answer-schema.ts";
import { type ChildAnswer, encodeLine, lineReader } from "./protocol.ts";
import { SandboxFailure, type SandboxFailureReason, type SandboxTask } from "./sandbox.ts";

/** How a child is started: an argument vector that already confines it, and its own directory. */
export type ChildStart = {
  file: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  directory: string;
  /** An idle child is stopped, so that nothing it left running touches its directory, memory or processors. */
  restsBetweenRuns?: boolean;
};

/** The states of a child. */
export type ChildState = "starting" | "idle" | "busy" | "condemned" | "ended";

type Verdict = { reason: SandboxFailureReason; detail: string };
type Question = { id: number; task: string; resolve: (value: unknown) => void; reject: (why: Error) => void };

/** A process that the kernel cannot end (stuck in a system call) is given up after this time. */
const killPatienceMs = 5_000;
/** A dying child's pipe may close before its exit is known; a living child's pipe never does. */
const closedPipePatienceMs = 500;
const errorTailBytes = 4096;
/** The most a run may write to standard error. */
const maxErrorBytes = 1024 * 1024;
/** What V8 and the allocators write to standard error before they abort. */
const outOfMemory = /heap out of memory|heap limit|Allocation failed|bad_alloc|Cannot allocate memory/i;

/**
 * A child. `ready` rejects when it dies before it can serve, `loaded` when it dies before it has loaded what it should;
 * `ended` resolves when it is gone.
 */
export class SandboxChild {
  readonly directory: string;
  readonly ready: Promise<void>;
  readonly loaded: Promise<void>;
  readonly ended: Promise<void>;
  #rests: boolean;
  #state: ChildState = "starting";
  #process: ChildProcess;
  #pipe: Duplex | undefined;
  #errorTail = "";
  #errorBytes = 0;
  #verdict: Verdict | undefined;
  #question: Question | undefined;
  #asked = 0;
  #hasLoaded = false;
  #announceReady = Promise.withResolvers<void>();
  #announceLoaded = Promise.withResolvers<void>();
  #announceEnd = Promise.withResolvers<void>();

  constructor(start: ChildStart) {
    this.directory = start.directory;
    this.#rests = start.restsBetweenRuns ?? false;
    this.ready = this.#announceReady.promise;
    this.loaded = this.#announceLoaded.promise;
    this.ended = this.#announceEnd.promise;
    for (const promise of [this.ready, this.loaded]) promise.catch(() => {});
    this.#process = spawn(start.file, [...start.args], {
      cwd: start.directory,
      env: { ...start.environment },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#process.on("error", (error) => this.#end({ reason: "crashed", detail: error.message }));
    this.#process.on("exit", (code, signal) => this.#end(this.#causeOfDeath(code, signal)));
    this.#listen();
  }

  get state(): ChildState {
    return this.#state;
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Questions asked so far. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * Gives a task to an idle child, which is idle again once it has answered.
   * @throws SandboxFailure; the child has ended unless the reason is `task-error`, when its run ends it
   */
  ask({ task, input }: SandboxTask): Promise<unknown> {
    if (this.#state !== "idle") return this.ended.then(() => Promise.reject(this.#failure(task)));
    this.#state = "busy";
    this.#errorBytes = 0;
    this.#asked += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#question = { id: this.#asked, task, resolve, reject };
    this.#pipe?.write(encodeLine({ id: this.#asked, task, input }));
    if (this.#rests) this.#process.kill("SIGCONT");
    return promise;
  }

  /** Kills the child for a reason. The first reason counts, and an open question fails with it. */
  breach(reason: SandboxFailureReason, detail: string): void {
    if (this.#state === "condemned" || this.#state === "ended") return;
    this.#state = "condemned";
    this.#verdict = { reason, detail };
    this.#killGroup();
    setTimeout(() => this.#end({ reason, detail: `${detail}; does not die` }), killPatienceMs).unref();
  }

  #killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // The child is gone, or not yet the leader of its group; then it is killed alone.
      this.#process.kill("SIGKILL");
    }
  }

  #listen(): void {
    const pipe = this.#process.stdio[3];
    if (pipe instanceof Duplex) {
      this.#pipe = pipe;
      const read = lineReader((line) => this.#hear(line));
      pipe.on("error", () => {});
      pipe.on("close", () => {
        setTimeout(() => this.breach("crashed", "closed its pipe"), closedPipePatienceMs).unref();
      });
      pipe.on("data", (chunk: Buffer) => {
        try {
          read(chunk);
        } catch (error) {
          this.breach("crashed", `not the protocol: ${String(error).slice(0, 200)}`);
        }
      });
    }
    this.#process.stderr?.on("error", () => {});
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#errorTail = (this.#errorTail + chunk.toString("latin1")).slice(-errorTailBytes);
      this.#errorBytes += chunk.length;
      if (this.#errorBytes > maxErrorBytes) this.breach("crashed", "flooded standard error");
    });
  }

  #hear(line: string): void {
    if (this.#verdict) return;
    const answer = answerSchema.parse(JSON.parse(line));
    if (answer.type === "ready") this.#becomeReady();
    else if (answer.type === "loaded") this.#becomeLoaded();
    else if (answer.id !== this.#question?.id) throw new RangeError("answer to no question");
    else if (answer.type === "error" && answer.code === "EFBIG") this.breach("output-limit", answer.message);
    else this.#conclude(this.#question, answer);
  }

  #becomeReady(): void {
    if (this.#state !== "starting") throw new RangeError("ready twice");
    // It goes on loading. Nobody's input has been in it yet.
    this.#state = "idle";
    this.#announceReady.resolve();
  }

  #becomeLoaded(): void {
    if (this.#state === "starting" || this.#hasLoaded) throw new RangeError("loaded twice, or not yet ready");
    this.#hasLoaded = true;
    if (this.#state === "idle") this.#rest();
    this.#announceLoaded.resolve();
  }

  #rest(): void {
    this.#state = "idle";
    if (this.#rests) this.#process.kill("SIGSTOP");
  }

  #conclude(question: Question, answer: Exclude<ChildAnswer, { type: "ready" | "loaded" }>): void {
    this.#question = undefined;
    this.#rest();
    if (answer.type === "value") question.resolve(answer.value);
    else
      question.reject(new SandboxFailure("task-error", question.task, `${answer.name}: ${answer.message}`));
  }

  #causeOfDeath(code: number | null, signal: NodeJS.Signals | null): Verdict {
    const detail = `exit code ${code}, signal ${signal}; ${this.#errorTail.trim()}`;
    if (signal === "SIGXFSZ") return { reason: "output-limit", detail };
    return { reason: outOfMemory.test(this.#errorTail) ? "memory" : "crashed", detail };
  }

  #end(cause: Verdict): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#verdict ??= cause;
    this.#killGroup();
    this.#pipe?.destroy();
    this.#process.stderr?.destroy();
    this.#announceReady.reject(this.#failure("start"));
    this.#announceLoaded.reject(this.#failure("load"));
    this.#question?.reject(this.#failure(this.#question.task));
    this.#question = undefined;
    this.#announceEnd.resolve();
  }

  #failure(task: string): SandboxFailure {
    const { reason, detail } = this.#verdict ?? { reason: "crashed", detail: this.#state };
    return new SandboxFailure(reason, task, detail);
  }
}
