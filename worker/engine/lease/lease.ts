// The visibility timeout as a lease on the monotonic clock. Modes: held -> settling (no more heartbeats; the one in flight
// is awaited) or held -> lost (its job is aborted). A lease never becomes held again.
import { FleetError } from "../../fleet/errors.ts";

/** The abort reason of a job whose message another worker may have received by now. */
export class LeaseLost extends FleetError {
  /** True when SQS answered no heartbeat: the worker and the job are not to blame. */
  readonly unanswered: boolean;

  constructor(why: string, { unanswered = false }: { unanswered?: boolean } = {}) {
    super(`lease lost: ${why}`);
    this.unanswered = unanswered;
  }
}

/** SQS ends every visibility 12 hours after the receive, extensions included (Developer Guide, visibility timeout). */
const longestLeaseMs = 12 * 60 * 60 * 1000;

/** The right to work on one received message, for a time. */
export class Lease {
  /** Length of the lease and of every extension, seconds. */
  readonly seconds: number;
  #mode: "held" | "settling" | "lost" = "held";
  #expiresAt: number;
  readonly #endsAt: number;
  readonly #abort = new AbortController();
  #beat: Promise<void> = Promise.resolve();
  #unanswered = false;

  /**
   * @param startedAt monotonic ms at which the receive was sent. SQS starts the timeout at some moment between request and
   *   answer, so counting from the request is the safe side
   */
  constructor(startedAt: number, seconds: number) {
    this.seconds = seconds;
    this.#expiresAt = startedAt + seconds * 1000;
    this.#endsAt = startedAt + longestLeaseMs;
  }

  /** Aborts with `LeaseLost` when the lease is lost. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get held(): boolean {
    return this.#mode === "held";
  }

  /** Milliseconds left at monotonic time `at`; negative once expired. */
  remainingMs(at: number): number {
    return this.#expiresAt - at;
  }

  /** True when less than 60 % is left (two more heartbeats still fit) and an extension would lengthen the lease. */
  wantsHeartbeat(at: number): boolean {
    const remaining = this.remainingMs(at);
    return this.held && remaining < this.seconds * 600 && this.extensionSeconds(at) * 1000 > remaining;
  }

  /** Whole seconds the next extension may ask for, within the 12-hour limit. */
  extensionSeconds(at: number): number {
    return Math.max(0, Math.min(this.seconds, Math.floor((this.#endsAt - at) / 1000)));
  }

  /** Notes a heartbeat in flight; `settle` waits for it. */
  beating(beat: Promise<void>): void {
    this.#beat = beat;
  }

  /** Notes that SQS extended the lease; `sentAt` is when the heartbeat was sent (monotonic ms). */
  extended(sentAt: number, seconds: number): void {
    this.#expiresAt = Math.max(this.#expiresAt, sentAt + seconds * 1000);
    this.#unanswered = false;
  }

  /** Notes that a heartbeat failed by SQS's trouble. */
  unanswered(): void {
    this.#unanswered = true;
  }

  /** Marks the lease as lost and aborts its job. */
  lose(why: string): void {
    if (this.#mode !== "held") return;
    this.#mode = "lost";
    this.#abort.abort(new LeaseLost(why, { unanswered: this.#unanswered }));
  }

  /** True while the lease is held and has not expired; an expired lease becomes lost. */
  check(at: number): boolean {
    if (this.held && this.remainingMs(at) <= 0) this.lose("its visibility timeout passed");
    return this.held;
  }

  /** Ends the heartbeats and waits for the one in flight, so that it cannot overtake a delete or a return. */
  async settle(): Promise<void> {
    if (this.#mode === "held") this.#mode = "settling";
    await this.#beat;
  }
}
