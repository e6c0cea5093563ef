// The health of the services a worker calls: watches every call of its clients, knows which places do not answer, and which
// job kinds therefore wait. One for a worker process.
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import type { Service } from "../../fleet/service-errors.ts";
import { type CallWatch, createCallWatch } from "./call-watch.ts";
import { KindGates } from "./kind-gates.ts";
import { PlaceStates, type ServiceTrouble } from "./place-states.ts";
import type { Place } from "./places.ts";

/** What the rest of the engine asks. */
export type ServiceHealth = Pick<CallWatch, "watch"> & {
  /** The service that an error came from, if a watched call threw it. */
  serviceOf: (error: unknown) => Service | undefined;
  /** How long the places that an error came from have been in trouble, milliseconds. */
  troubledMs: (error: unknown) => number;
  /** A call that has waited for its answer for so long that it may have used up a run's time. */
  stalled: () => Place | undefined;
  /** Notes that a run of the kind was put off because of this error. */
  putOff: (kind: string, error: unknown) => void;
  /** How many jobs of the kind may be received: all, one as a probe, or none. */
  gate: (kind: string) => "open" | "probe" | "closed";
  /** Asks to start a job of the kind; false: return its message. */
  mayStart: (kind: string) => boolean;
  /** Notes that a job of the kind has ended, however. */
  ended: (kind: string) => void;
  /** True for a place that does not answer now. */
  isDown: (place: Place) => boolean;
  /** Services that do not answer now, and the kinds that wait for them. */
  troubles: () => readonly ServiceTrouble[];
  waitingKinds: () => readonly string[];
  /** Calls `listener` whenever a gate may have opened. */
  onChange: (listener: () => void) => void;
};

/** Timers fire a little early (they count whole milliseconds). One that did would find the gate closed and nobody would look again. */
const timerSlackMs = 20;

/** Makes it. `random` spreads the probes of a fleet's workers. */
export function createServiceHealth({
  clock,
  log,
  random = Math.random,
}: {
  clock: Clock;
  log: Logger;
  random?: () => number;
}): ServiceHealth {
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const states = new PlaceStates({
    now: clock.now,
    onChange: ({ service, resource, access }, change) => {
      if (change.down) log.warn({ service, resource, access, code: change.code }, "service does not answer");
      else
        log.info({ service, resource, access, afterSeconds: change.afterMs / 1000 }, "service answers again");
      changed();
    },
  });
  const gates = new KindGates({
    monotonic: clock.monotonic,
    random,
    isDown: (place) => states.isDown(place),
  });
  const calls = createCallWatch({ monotonic: clock.monotonic, states });
  return {
    watch: calls.watch,
    serviceOf: (error) => calls.placesOf(error)[0]?.service,
    troubledMs: (error) => Math.max(0, ...calls.placesOf(error).map((place) => states.troubledMs(place))),
    stalled: calls.stalled,
    putOff: (kind, error) => {
      const places = calls.placesOf(error).filter((place) => states.isDown(place));
      if (places.length > 0) void clock.sleep(gates.putOff(kind, places) + timerSlackMs).then(changed);
    },
    gate: (kind) => gates.state(kind),
    mayStart: (kind) => gates.mayStart(kind),
    ended: (kind) => gates.ended(kind),
    isDown: (place) => states.isDown(place),
    troubles: () => states.troubles(),
    waitingKinds: () => gates.waiting(),
    onChange: (listener) => void listeners.push(listener),
  };
}
