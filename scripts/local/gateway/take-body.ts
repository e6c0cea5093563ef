// Takes the body of a request before a service sees it, and what is left of one that was refused.
import type { IncomingMessage } from "node:http";
import { BodyTooLarge, readBeginning, readWhole } from "./http.ts";
import type { ServiceRequest } from "./service.ts";

/** After a refusal in the middle of a body the connection goes on: what is left of the body is read and dropped. */
export function dropRest({ rest }: ServiceRequest, incoming: IncomingMessage): void {
  void rest?.[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {});
  // A stream flows only after its reader has let go of it, a tick later.
  setImmediate(() => incoming.resume());
}

/** Bodies up to this size are always whole. */
const smallBytes = 1024 * 1024;

/**
 * Reads the body into the request: whole up to `limit`, or a large one's beginning when there is no limit. False when the
 * caller is gone: nobody is left to answer. @throws BodyTooLarge
 */
export async function takeBody(
  request: ServiceRequest,
  incoming: IncomingMessage,
  limit: number | undefined,
): Promise<boolean> {
  try {
    const { body, rest } = await readBeginning(incoming, smallBytes);
    request.body = body;
    request.rest = rest;
    // What has arrived whole needs no second reading.
    const whole = rest === undefined && body.length <= (limit ?? Number.POSITIVE_INFINITY);
    if (limit !== undefined && !whole) await makeWhole(request, limit);
    return true;
  } catch (error) {
    if (error instanceof BodyTooLarge) throw error;
    return false;
  }
}

/** Reads what is left of the body. @throws BodyTooLarge above `limit` bytes */
export async function makeWhole(request: ServiceRequest, limit: number): Promise<void> {
  request.body = await readWhole(request, limit);
  request.rest = undefined;
}
