// Which jobs a worker runs at this moment, for the worker's report.

/** A job that runs. */
export type RunningJob = {
  jobId: string;
  kind: string;
  group: string;
  /** When the run began, ISO 8601. */
  since: string;
  /** Slots that it takes. */
  slots: number;
  /** Seconds until its lease ends, unless it is renewed. */
  leaseSeconds: number;
};

type Begun = Omit<RunningJob, "since" | "leaseSeconds"> & {
  startedAt: number;
  leaseSecondsLeft: () => number;
};

/** Jobs told at most: a worker's row must stay small. Those that run longest come first. */
const toldAtMost = 20;

/** Knows the running jobs. */
export class RunningJobs {
  readonly #running = new Set<Begun>();

  /** Notes a run that begins; call the returned function at its end. */
  begin(job: Begun): () => void {
    this.#running.add(job);
    return () => void this.#running.delete(job);
  }

  /** The jobs that have run longest. */
  list(): RunningJob[] {
    return [...this.#running].slice(0, toldAtMost).map(({ startedAt, leaseSecondsLeft, ...job }) => ({
      ...job,
      since: new Date(startedAt).toISOString(),
      leaseSeconds: Math.max(0, Math.round(leaseSecondsLeft())),
    }));
  }
}
