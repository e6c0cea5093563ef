// How long runs take and how many have ended, by job kind: what the size of the fleet is computed from.

/** Runs that a mean is taken over, about: older ones fade. */
const meanOver = 50;

/** The runs of one kind since the process started. */
export type KindRuns = {
  /** Runs that have ended, however they ended. */
  ended: number;
  /** Mean seconds of the last runs. */
  meanSeconds: number;
};

/** Counts runs. */
export class RunFigures {
  readonly #kinds = new Map<string, KindRuns>();

  /** Notes a run that has ended. */
  add(kind: string, runMs: number): void {
    const seconds = Math.max(0, runMs) / 1000;
    const { ended = 0, meanSeconds = 0 } = this.#kinds.get(kind) ?? {};
    const share = 1 / Math.min(ended + 1, meanOver);
    this.#kinds.set(kind, { ended: ended + 1, meanSeconds: meanSeconds + (seconds - meanSeconds) * share });
  }

  /** The runs of every kind that had any. */
  figures(): Record<string, KindRuns> {
    return Object.fromEntries(
      [...this.#kinds].map(([kind, { ended, meanSeconds }]) => [
        kind,
        { ended, meanSeconds: Math.round(meanSeconds * 1e4) / 1e4 },
      ]),
    );
  }
}
