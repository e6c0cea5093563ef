// Which places answer, as a state for each: up -> down after some failed calls in a row -> up with the first answer, or when
// nobody has called for so long that nobody knows. Knows no job and no SDK.
import type { Service } from "../../fleet/service-errors.ts";
import { keyOfPlace, type Place } from "./places.ts";

/** A service that does not answer, as people are told. */
export type ServiceTrouble = {
  service: Service;
  /** Epoch milliseconds of the first call that failed. */
  since: number;
  /** What the last failed call ended with. */
  code: string;
  /** The buckets, tables or queues concerned. */
  resources: readonly string[];
};

/** How places are judged. */
export type PlaceStatesOptions = {
  /** Epoch milliseconds. */
  now: () => number;
  /** A place went down, or came back after so many milliseconds. */
  onChange: (place: Place, change: { down: true; code: string } | { down: false; afterMs: number }) => void;
};

/** So many failed calls in a row and no answer: the place is down. The SDK has repeated each of them already. */
const failuresToDown = 3;

/** A place that nobody has called for so long is not called down any more. */
const forgetAfterMs = 180_000;

type State = { place: Place; failures: number; since: number; lastAt: number; code: string; down: boolean };

/** Keeps the state of every place that is in trouble. */
export class PlaceStates {
  readonly #options: PlaceStatesOptions;
  readonly #states = new Map<string, State>();

  constructor(options: PlaceStatesOptions) {
    this.#options = options;
  }

  /** Notes a usable answer. */
  answered(place: Place): void {
    if (this.#states.size === 0) return;
    this.#end(keyOfPlace(place));
  }

  /** Notes a call that failed by the cloud's trouble. */
  troubled(place: Place, code: string): void {
    const now = this.#options.now();
    const key = keyOfPlace(place);
    const state = this.#states.get(key) ?? {
      place,
      failures: 0,
      since: now,
      lastAt: now,
      code,
      down: false,
    };
    this.#states.set(key, state);
    Object.assign(state, { failures: state.failures + 1, lastAt: now, code });
    if (state.down || state.failures < failuresToDown) return;
    state.down = true;
    this.#options.onChange(place, { down: true, code });
  }

  isDown(place: Place): boolean {
    this.#forget();
    return this.#states.get(keyOfPlace(place))?.down ?? false;
  }

  /** Milliseconds since the first failed call of a place in trouble; 0 for every other place. */
  troubledMs(place: Place): number {
    const state = this.#states.get(keyOfPlace(place));
    return state === undefined ? 0 : this.#options.now() - state.since;
  }

  /** The services with a place that is down. */
  troubles(): ServiceTrouble[] {
    this.#forget();
    const down = [...this.#states.values()].filter((state) => state.down);
    return [...Map.groupBy(down, ({ place }) => place.service)].map(([service, states]) => ({
      service,
      since: Math.min(...states.map(({ since }) => since)),
      code: states.reduce((a, b) => (b.lastAt > a.lastAt ? b : a)).code,
      resources: [...new Set(states.map(({ place }) => place.resource))].filter((name) => name !== "").sort(),
    }));
  }

  #forget(): void {
    if (this.#states.size === 0) return;
    const before = this.#options.now() - forgetAfterMs;
    for (const [key, { lastAt }] of this.#states) if (lastAt < before) this.#end(key);
  }

  #end(key: string): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    this.#states.delete(key);
    if (!state.down) return;
    this.#options.onChange(state.place, { down: false, afterMs: this.#options.now() - state.since });
  }
}
