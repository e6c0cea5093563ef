// Suspect jobs run one at a time in a process. A job is suspect when runs of it ended without a note, as when its worker
// died. One suspect may have killed the others' workers; run alone, only the guilty one uses up more runs. The others wait in
// their lanes and use no slot.
import type { Ledger } from "../ledger/ledger.ts";
import type { Delivery } from "../receive/delivery.ts";

/** A job with fewer deliveries cannot have lost two runs, so the ledger need not be asked. */
const fewestReceives = 3;

/** Whether a delivery may run now; if not, `until` resolves when it may be its turn. */
export type Admission = { admitted: true } | { admitted: false; until: Promise<void> };

/** Grants one turn at a time, in the order of asking. */
export class Quarantine {
  /** Has the turn: it runs, or it is on its way from its lane. */
  #inside: { delivery: Delivery; runs: boolean } | undefined;
  #line: { delivery: Delivery; go: () => void }[] = [];

  /**
   * Asks for a turn if the job is suspect; other jobs are admitted immediately. Call it before the claim, so that waiting is
   * not counted as a run, and `leave` at the end of the delivery.
   * @throws an error of reading the ledger
   */
  async admit(
    { jobId, delivery }: { jobId: string; delivery: Delivery },
    ledger: Pick<Ledger, "isSuspect">,
  ): Promise<Admission> {
    if (this.#inside?.delivery !== delivery) {
      if (delivery.receiveCount < fewestReceives || !(await ledger.isSuspect(jobId)))
        return { admitted: true };
      // Whoever got the turn and lost its message on the way will not come.
      if (this.#inside?.runs === false && !this.#inside.delivery.lease.held) this.#next();
      if (this.#inside !== undefined)
        return { admitted: false, until: new Promise((go) => this.#line.push({ delivery, go })) };
    }
    this.#inside = { delivery, runs: true };
    return { admitted: true };
  }

  /** Ends the turn of a delivery, if it has one. */
  leave(delivery: Delivery): void {
    if (this.#inside?.delivery === delivery) this.#next();
  }

  /** Passes the turn on to the first that waits and still holds its message. */
  #next(): void {
    this.#inside = undefined;
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      const { delivery, go } = next;
      if (delivery.lease.held) this.#inside = { delivery, runs: false };
      // A lane also goes on when its message is gone.
      go();
      if (this.#inside !== undefined) return;
    }
  }
}
