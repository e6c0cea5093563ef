// One POST to Slack, and what is known of it afterwards. No redirection is followed and no answer read: whoever answers in
// Slack's place learns the text and nothing else, and sends us nowhere.
import { FleetError } from "../../../fleet/errors.ts";

/** Posts a JSON body and answers the status. @throws NeverSent, or anything else where nobody knows what arrived */
export type Post = (url: string, body: unknown, signal: AbortSignal) => Promise<number>;

/** No connection came about: nothing was sent. */
export class NeverSent extends FleetError {}

/** Codes of failures to connect (Node's net and dns, undici), before the first byte of a request. */
const unconnected = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Makes the poster; `withinMs` is for connection, request and answer together. */
export function createPost(withinMs: number): Post {
  return async (url, body, signal) => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
      });
      response.body?.cancel().catch(() => {});
      return response.status;
    } catch (error) {
      if (unconnected.has(codeOf(error))) throw new NeverSent("no connection to Slack", { cause: error });
      throw error;
    }
  };
}

/** fetch wraps what happened into a TypeError. */
function codeOf(error: unknown): string {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
