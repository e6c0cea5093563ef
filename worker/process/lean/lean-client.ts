// How lean first attempts get into a client of the SDK: a middleware that tries a call by itself, and hands to the SDK, as the attempt
// that it is, whatever did not simply succeed. Knows no service.
import type { Readable } from "node:stream";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ClosingHandler } from "../closing-handler.ts";
import { type MadeAttempt, withAttempt } from "./made-attempt.ts";
import { NotPlain } from "./not-plain.ts";

export type Request = Parameters<ClosingHandler["handle"]>[0];
export type Response = Awaited<ReturnType<ClosingHandler["handle"]>>["response"];
/** A command's input. */
export type Input = Record<string, unknown>;
/** What the SDK tells its middleware of a call. */
export type Context = { commandName?: string; __smithy_context?: { abortSignal?: AbortSignal } };
/** What a middleware returns. */
export type Answer = { output: Record<string, unknown>; response: unknown };
/** A call that was tried: its answer, or the attempt for the SDK, if there was one, with the input for it. */
export type Tried = { answer: Answer } | { made?: MadeAttempt; input: Input };

/** The parts of a service's client that lean calls use. */
export type LeanClient = {
  config: Pick<DynamoDBClient["config"], "credentials" | "systemClockOffset" | "retryStrategy">;
  middlewareStack: { add: (middleware: never, options: InitializeOptions) => void };
};
type InitializeOptions = { step: "initialize"; name: string; priority: "low" };
type Args = { input: Input };
type Next = (args: Args) => Promise<unknown>;

/** Makes a client's calls lean. @param attempt tries a call, or says with which input it is the SDK's from the start */
export function withLeanCalls<Client extends LeanClient>(
  client: Client,
  attempt: (input: Input, context: Context) => Promise<Tried>,
): Client {
  const retries = retryQuota(client);
  const lean = (next: Next, context: Context) => async (args: Args) => {
    const tried = await attempt(args.input, context);
    if ("answer" in tried) {
      await retries.succeeded();
      return tried.answer;
    }
    const { made, input } = tried;
    if (made === undefined) return next({ ...args, input });
    retries.failed();
    return withAttempt(made, () => next({ ...args, input }));
  };
  const options = { step: "initialize", name: "fleetLeanCalls", priority: "low" } as const;
  client.middlewareStack.add(lean as never, options);
  return client;
}

/** Successes that fill the SDK's quota of retries from empty to full (500, by one each). */
const fullQuota = 500;

/** The SDK takes each retry from a quota, which successes fill again: it must hear of ours while the quota may not be full. */
function retryQuota({ config }: LeanClient) {
  let missing = 0;
  return {
    failed: () => {
      missing = fullQuota;
    },
    succeeded: async () => {
      if (missing === 0) return;
      missing -= 1;
      const strategy = await config.retryStrategy();
      if ("recordSuccess" in strategy)
        strategy.recordSuccess(await strategy.acquireInitialRetryToken("lean"));
    },
  };
}

/** Headers of the SDK's request that belong to that request alone. */
const ofOneRequest = [
  ...["authorization", "content-length", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"],
  ...["amz-sdk-invocation-id", "amz-sdk-request", "expect"],
];

/**
 * What all requests of an operation share: a copy, because the request itself would keep its body alive.
 * @param own further headers that belong to the request alone
 */
export function patternOf(request: Request, own: readonly string[] = []): Request {
  const { headers, body: _, ...where } = request;
  const shared = Object.entries(headers).filter(
    ([name]) => !ofOneRequest.includes(name.toLowerCase()) && !own.includes(name),
  );
  const pattern = Object.create(Object.getPrototypeOf(request));
  return Object.assign(pattern, where, { headers: Object.fromEntries(shared) });
}

/** All of an answer's body. */
export function collected(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on("data", (chunk: Buffer) => chunks.push(chunk));
    body.once("end", () => resolve(Buffer.concat(chunks)));
    body.once("error", reject);
    body.once("close", () => {
      // An error with its stack costs as much as the rest of the call: not after every answer.
      if (!body.readableEnded) reject(new Error("the connection was closed within the answer"));
    });
  });
}

/** The value, or undefined where the SDK has to read or write it. */
export function plain<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotPlain || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The client's own time: the SDK learns from a service by how much its clock is wrong. */
export const timeOf = ({ config }: LeanClient): Date => new Date(Date.now() + config.systemClockOffset);
