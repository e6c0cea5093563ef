// Hands an attempt that was made outside the SDK over to it: the SDK's next request is answered with that attempt's response or
// error instead of being sent, so that errors, retries and odd answers are the SDK's own.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ClosingHandler } from "../closing-handler.ts";

/** How an attempt ended. */
export type MadeAttempt =
  | { response: Awaited<ReturnType<ClosingHandler["handle"]>>["response"] }
  | { error: unknown };

const handedOver = new AsyncLocalStorage<{ attempt: MadeAttempt | undefined }>();

/** Calls the SDK with an attempt already made. */
export function withAttempt<Value>(attempt: MadeAttempt, call: () => Promise<Value>): Promise<Value> {
  return handedOver.run({ attempt }, call);
}

/** A handler that uses up a handed-over attempt before it sends anything. `sent` hears of every request that it does send. */
export function takingAttempts(
  inner: ClosingHandler,
  sent: (request: Parameters<ClosingHandler["handle"]>[0]) => void,
): ClosingHandler {
  return {
    metadata: inner.metadata,
    handle: async (request, options) => {
      const handed = handedOver.getStore();
      const attempt = handed?.attempt;
      if (handed === undefined || attempt === undefined) {
        sent(request);
        return inner.handle(request, options);
      }
      handed.attempt = undefined;
      if ("error" in attempt) throw attempt.error;
      return attempt;
    },
    destroy: () => inner.destroy(),
    updateHttpClientConfig: (key, value) => inner.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => inner.httpHandlerConfigs(),
  };
}
