// Job kinds that wait for a place that is down. A kind gets here when one of its runs was put off because of the place. While
// it waits it is not received, apart from one job at a time as a probe, after growing pauses. Modes of a kind: open -> closed
// (the place is down) -> probing (one job may start) -> closed, or open once the place answers.
import { keyOfPlace, type Place } from "./places.ts";

/** What gates need to know. */
export type KindGatesOptions = {
  /** Milliseconds that never go back. */
  monotonic: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  isDown: (place: Place) => boolean;
};

type Gate = { places: Map<string, Place>; pauseMs: number; probeAt: number; probing: boolean };

/** Pauses between two probes: doubling, with jitter. Work goes on at most the longest one after the place is back. */
const probePauseMs = { first: 1000, longest: 10_000 };

/** Decides which kinds may start jobs. */
export class KindGates {
  readonly #options: KindGatesOptions;
  readonly #gates = new Map<string, Gate>();

  constructor(options: KindGatesOptions) {
    this.#options = options;
  }

  /** Notes that a run of the kind was put off because of places. Returns the milliseconds until the next probe. */
  putOff(kind: string, places: readonly Place[]): number {
    const { monotonic, random } = this.#options;
    const fresh: Gate = { places: new Map(), pauseMs: probePauseMs.first / 2, probeAt: 0, probing: false };
    const gate = this.#gates.get(kind) ?? fresh;
    this.#gates.set(kind, gate);
    for (const place of places) gate.places.set(keyOfPlace(place), place);
    const now = monotonic();
    if (!gate.probing && gate.probeAt > now) return gate.probeAt - now;
    gate.probing = false;
    gate.pauseMs = Math.min(probePauseMs.longest, gate.pauseMs * 2);
    gate.probeAt = now + gate.pauseMs * (0.5 + random() / 2);
    return gate.probeAt - now;
  }

  /** How many jobs of the kind may be received: all, one as a probe, or none. */
  state(kind: string): "open" | "probe" | "closed" {
    const gate = this.#gates.get(kind);
    if (gate === undefined || !this.#waits(kind, gate)) return "open";
    return gate.probing || gate.probeAt > this.#options.monotonic() ? "closed" : "probe";
  }

  /** Asks to start a job of the kind; a probe starts by this. False: return its message. */
  mayStart(kind: string): boolean {
    const state = this.state(kind);
    const gate = this.#gates.get(kind);
    if (state === "probe" && gate !== undefined) gate.probing = true;
    return state !== "closed";
  }

  /** A job of the kind has ended, however. */
  ended(kind: string): void {
    const gate = this.#gates.get(kind);
    if (gate !== undefined) gate.probing = false;
  }

  /** Kinds that wait. */
  waiting(): string[] {
    return [...this.#gates].filter(([kind, gate]) => this.#waits(kind, gate)).map(([kind]) => kind);
  }

  #waits(kind: string, { places }: Gate): boolean {
    for (const [key, place] of places) if (!this.#options.isDown(place)) places.delete(key);
    if (places.size > 0) return true;
    this.#gates.delete(kind);
    return false;
  }
}
