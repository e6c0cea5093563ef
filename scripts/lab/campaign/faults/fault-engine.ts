// Injects the planned faults into processes and their surroundings, each once the run has progressed far enough.
import type { CampaignFleet } from "../fleet/fleet.ts";
import { drainSeconds } from "../fleet/fleet.ts";
import type { CampaignWorker } from "../fleet/worker.ts";
import type { PlannedFault } from "../plan/faults.ts";
import type { PlannedOutage } from "../plan/outages.ts";
import type { Count } from "./random-faults.ts";
import type { ArmedFaults } from "./targeted-faults.ts";

export type EngineOptions = {
  faults: readonly PlannedFault[];
  leaseSeconds: number;
  fleet: Pick<CampaignFleet, "at" | "replace" | "shrink" | "upgrade" | "otherEntry">;
  armed: ArmedFaults;
  count: Count;
  /** Resolves when one of the jobs is claimed again. */
  claimedAgain: (jobIds: readonly string[]) => Promise<void>;
  beginOutages: (outages: readonly PlannedOutage[]) => void;
  /** Producers are deployed in their newer version. */
  onNewerProducers: () => void;
  /** All workers are being replaced by their newer version. */
  onNewerWorkers: () => void;
  /** The entry file of another version of the worker. */
  otherEntry: string | undefined;
};

/** The longest time to hold a commit when nobody else claims its jobs, in milliseconds per second of lease. */
const longestHold = 4000;

/** Injects faults by progress. Faults still due at the end are skipped. */
export class FaultEngine {
  readonly #options: EngineOptions;
  #next = 0;
  /** What is due, but whose place has no worker at the moment. */
  #waiting: PlannedFault[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /**
   * Injects what is due once this share of the jobs has ended. A fault whose place has no worker at the moment waits for one, and
   * holds up the later ones of its place only: a rollout must go on beside a worker that is frozen while it leaves.
   */
  reached(progress: number): void {
    const { faults } = this.#options;
    for (let fault = faults[this.#next]; fault !== undefined && fault.at <= progress; ) {
      this.#waiting.push(fault);
      this.#next += 1;
      fault = faults[this.#next];
    }
    const empty = new Set<number>();
    this.#waiting = this.#waiting.filter((fault) => {
      const place = "worker" in fault ? fault.worker : undefined;
      if (place === undefined) return !this.#carryOut(fault);
      if (!empty.has(place) && this.#carryOut(fault)) return false;
      empty.add(place);
      return true;
    });
  }

  #carryOut(fault: PlannedFault): boolean {
    const { armed, fleet, count, leaseSeconds } = this.#options;
    const leaseMs = leaseSeconds * 1000;
    if (fault.kind === "storm") {
      armed.storms.push({ service: fault.service, status: fault.status, until: Date.now() + fault.ms });
      return true;
    }
    if (fault.kind === "lose-mail-answers") {
      armed.mailAnswersLostUntil = Date.now() + fault.ms;
      return true;
    }
    if (fault.kind === "outage") {
      this.#options.beginOutages(fault.outages);
      return true;
    }
    if (fault.kind === "newer-producers" || fault.kind === "newer-workers") {
      count(fault.kind);
      if (fault.kind === "newer-producers") this.#options.onNewerProducers();
      else {
        fleet.upgrade(this.#options.otherEntry);
        this.#options.onNewerWorkers();
      }
      return true;
    }
    const worker = fleet.at(fault.worker);
    if (worker === undefined) return false;
    if (fault.kind !== "freeze-commit") count(fault.kind);
    switch (fault.kind) {
      case "kill":
        worker.kill();
        return true;
      case "freeze":
        setTimeout(worker.freeze(), fault.visibilities * leaseMs);
        return true;
      case "block-loop":
        worker.blockLoop(fault.visibilities * leaseMs);
        return true;
      case "freeze-commit":
        armed.heldCommits.set(worker.id, (jobIds) => this.#freezeUntilClaimed(worker, jobIds));
        return true;
      case "refuse-heartbeats":
        armed.failingHeartbeats.set(worker.id, { until: Date.now() + leaseMs * 2.5, how: fault.how });
        return true;
      case "spot":
        worker.drain("spot", Math.min(fault.noticeSeconds, drainSeconds));
        return true;
      case "sigterm":
        worker.drain("signal", drainSeconds);
        return true;
      case "scale-in":
        if (fault.completion !== "plain") armed.lifecycle.set(worker.id, fault.completion);
        worker.drain("scale-in", drainSeconds);
        return true;
      case "shrink":
        fleet.shrink(fault.worker, fault.emptyMs);
        return true;
      case "flap-metadata":
        flap(worker.metadata);
        return true;
      case "skew-clock":
        fleet.replace(fault.worker, { skewSeconds: fault.seconds });
        return true;
      case "other-version":
        fleet.replace(fault.worker, { entry: fleet.otherEntry(this.#options.otherEntry) });
        return true;
    }
  }

  /** Thaws the worker shortly after its held commit arrives, which is when others have claimed the same jobs. */
  async #freezeUntilClaimed(worker: CampaignWorker, jobIds: readonly string[]): Promise<void> {
    const { leaseSeconds } = this.#options;
    const thaw = worker.freeze();
    const late = new Promise<void>((resolve) => setTimeout(resolve, leaseSeconds * longestHold).unref());
    await Promise.race([this.#options.claimedAgain(jobIds), late]);
    setTimeout(thaw, 100);
  }
}

/** A rebalance recommendation that comes and goes, and metadata tokens that expire: nothing that may end a worker. */
function flap({ paths, forgetTokens }: { paths: Map<string, string>; forgetTokens: () => void }): void {
  const path = "events/recommendations/rebalance";
  for (let turn = 0; turn < 6; turn += 1)
    setTimeout(() => {
      forgetTokens();
      if (turn % 2 === 0) paths.set(path, JSON.stringify({ noticeTime: new Date().toISOString() }));
      else paths.delete(path);
    }, turn * 150);
}
