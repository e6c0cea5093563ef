// Jobs whose runs have ended without a word, as when the worker died under them, run one at a time in a process. One of
// them may be what killed the others: apart from each other, only the guilty one goes on using up its attempts.
import type { Ledger } from "../ledger/ledger.ts";
import type { Delivery } from "../receive/delivery.ts";

/** Deliveries before which a job cannot have lost two runs. */
const fewestReceives = 3;

/** A turn in quarantine; the function ends it. */
export type Turn = () => void;

/** Hands out one turn at a time, in the order of asking. */
export class Quarantine {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for a turn if the job is a suspect; others pass at once. To be asked before the claim, so that waiting is no
   * attempt.
   * @throws the reason of the signal that aborts first, or what reading the ledger throws
   */
  async pass(
    { jobId, delivery }: { jobId: string; delivery: Delivery },
    ledger: Pick<Ledger, "isSuspect">,
    stop: AbortSignal,
  ): Promise<Turn> {
    if (delivery.receiveCount < fewestReceives || !(await ledger.isSuspect(jobId))) return () => {};
    return this.#turn(AbortSignal.any([delivery.lease.signal, stop]));
  }

  async #turn(signal: AbortSignal): Promise<Turn> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = before.then(() => turn.promise);
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      await Promise.race([before, aborted.promise]);
    } catch (error) {
      turn.resolve();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return turn.resolve;
  }
}
