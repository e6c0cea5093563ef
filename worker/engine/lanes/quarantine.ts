// Suspect jobs run one at a time in a process. A job is suspect when runs of it ended without a note, as when its worker
// died. One suspect may have killed the others' workers; run alone, only the guilty one uses up more runs.
import type { Ledger } from "../ledger/ledger.ts";
import type { Delivery } from "../receive/delivery.ts";

/** A job with fewer deliveries cannot have lost two runs. */
const fewestReceives = 3;

/** Ends a turn in quarantine. */
export type Turn = () => void;

/** Grants one turn at a time, in the order of asking. */
export class Quarantine {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for a turn if the job is suspect; other jobs pass immediately. Call it before the claim, so that waiting is not
   * counted as a run.
   * @throws the reason of the signal that aborts first, or an error of reading the ledger
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
