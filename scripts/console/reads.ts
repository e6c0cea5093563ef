// Counts what an answer costs: every call that one request makes to the tables, to SQS and to CloudWatch, told in the answer's header.
// A page's cost must not grow with what lies behind it, and this makes it visible.
import { AsyncLocalStorage } from "node:async_hooks";
import type { MiddlewareHandler } from "hono";

/** Calls of one request. `store` are those to the tables. */
export type Calls = { store: number; queues: number; metrics: number };

const current = new AsyncLocalStorage<Calls>();

/**
 * A view of a client that counts its calls for the request that makes them. What several requests share counts for the one that
 * asked first.
 */
export function counted<Client extends object>(client: Client, what: keyof Calls): Client {
  const { send } = client as { send: (...args: unknown[]) => unknown };
  return Object.create(client, {
    send: {
      value: (...args: unknown[]) => {
        const calls = current.getStore();
        if (calls !== undefined) calls[what] += 1;
        return send.apply(client, args);
      },
    },
  });
}

/** Runs something and tells the calls that it made by counting clients. */
export async function withCalls<Value>(run: () => Promise<Value>): Promise<{ value: Value; calls: Calls }> {
  const calls: Calls = { store: 0, queues: 0, metrics: 0 };
  return { value: await current.run(calls, run), calls };
}

/** Tells the calls and the time of every answer, but those of files, in the header `Server-Timing`. */
export const measured: MiddlewareHandler = async (context, next) => {
  if (context.req.path.startsWith("/assets/")) return next();
  const started = performance.now();
  const { calls } = await withCalls(next);
  const ms = (performance.now() - started).toFixed(1);
  const { store, queues, metrics } = calls;
  const parts = [
    `store;desc="${store} reads"`,
    `queues;desc="${queues} calls"`,
    `metrics;desc="${metrics} calls"`,
    `total;dur=${ms}`,
  ];
  context.header("Server-Timing", parts.join(", "));
};
