// Watches the calls of SDK clients from outside their retries: which places answer, which error came from where, and which
// calls still wait.

import { FleetError } from "../../fleet/errors.ts";
import type { Service } from "../../fleet/service-errors.ts";
import { codeOf, isCloudTrouble } from "./classify-error.ts";
import type { PlaceStates } from "./place-states.ts";
import { type Place, placesOf } from "./places.ts";

type Call = { input: unknown };
type Next = (call: Call) => Promise<unknown>;
type Context = { commandName?: string };

/** The part of an SDK client that is watched. */
export type WatchedClient = {
  middlewareStack: {
    add: (
      middleware: (next: never, context: never) => never,
      options: { step: "initialize"; name: string; priority: "high"; override: true },
    ) => void;
  };
};

/** Watches clients. */
export type CallWatch = {
  /** Watches every later call of a client. A client without middleware (a test's) is left alone. */
  watch: (service: Service, client: object) => void;
  /** The places of the call that threw this error, or an error that caused it. */
  placesOf: (error: unknown) => readonly Place[];
  /** A place whose call has waited longest, if that is long. Queues do not count: no run calls them, and polls are long. */
  stalled: () => Place | undefined;
};

/** A call that waits for so long, milliseconds, may have used up its run's time. */
const stalledAfterMs = 5000;

/** Makes a watch. */
export function createCallWatch({
  monotonic,
  states,
}: {
  monotonic: () => number;
  states: PlaceStates;
}): CallWatch {
  const origins = new WeakMap<Error, readonly Place[]>();
  const waiting = new Map<object, { places: readonly Place[]; since: number }>();

  const watched = (service: Service) => (next: Next, context: Context) => async (call: Call) => {
    const places = placesOf(service, context.commandName ?? "", call.input);
    if (service !== "sqs") waiting.set(call, { places, since: monotonic() });
    try {
      const answer = await next(call);
      for (const place of places) states.answered(place);
      return answer;
    } catch (error) {
      if (error instanceof Error) note(service, places, error);
      throw error;
    } finally {
      waiting.delete(call);
    }
  };

  function note(service: Service, places: readonly Place[], error: Error): void {
    origins.set(error, places);
    if (isOurs(error) || !("$metadata" in error || isCloudTrouble(error, service))) return;
    for (const place of places)
      if (isCloudTrouble(error, service)) states.troubled(place, codeOf(error));
      else states.answered(place);
  }

  return {
    watch: (service, client) => {
      if (!hasMiddleware(client)) return;
      const middleware = watched(service) as unknown as (next: never, context: never) => never;
      client.middlewareStack.add(middleware, {
        step: "initialize",
        name: "fleetCallWatch",
        priority: "high",
        override: true,
      });
    },
    placesOf: (error) => {
      for (let each: unknown = error; each instanceof Error; each = each.cause) {
        const places = origins.get(each);
        if (places !== undefined) return places;
      }
      return [];
    },
    stalled: () => {
      const [oldest] = [...waiting.values()].sort((a, b) => a.since - b.since);
      return oldest !== undefined && monotonic() - oldest.since >= stalledAfterMs
        ? oldest.places[0]
        : undefined;
    },
  };
}

/**
 * A call that we aborted, or that our own client refused because it is closed, says nothing about the service, although the SDK
 * adds its metadata.
 */
const isOurs = (error: Error): boolean => error.name === "AbortError" || error instanceof FleetError;

const hasMiddleware = (client: object): client is WatchedClient => "middlewareStack" in client;
