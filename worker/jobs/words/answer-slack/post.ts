// Makes one POST to Slack and says what is known afterwards. It follows no redirect and reads no response body, so a server
// that poses as Slack learns the text and nothing else.
import { FleetError } from "../../../fleet/errors.ts";

/** Posts a JSON body and returns the status. @throws NeverSent; any other error leaves open whether the post arrived */
export type Post = (url: string, body: unknown, signal: AbortSignal) => Promise<number>;

/** There was no connection, so nothing was sent. */
export class NeverSent extends FleetError {}

/** Error codes of failed connections (Node's net and dns, undici), before the first byte of a request. */
const unconnected = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Makes the function that posts. `timeoutMs` covers connection, request and response together. */
export function createPost(timeoutMs: number): Post {
  return async (url, body, signal) => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      response.body?.cancel().catch(() => {});
      return response.status;
    } catch (error) {
      if (unconnected.has(codeOf(error))) throw new NeverSent("no connection to Slack", { cause: error });
      throw error;
    }
  };
}

/** fetch wraps the actual error in a TypeError. */
function codeOf(error: unknown): string {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
