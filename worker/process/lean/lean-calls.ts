// A lean first attempt of DynamoDB's hot calls: a small call takes the SDK several times the CPU it takes this. Only a plain call
// that succeeds ends here. Everything else (an error, a lost connection, an unusual value) is handed to the SDK as the attempt
// that it is. Where requests go, and with which headers, is learned from the SDK's own ones.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { ClosingHandler } from "../closing-handler.ts";
import { NotPlain } from "./attribute-values.ts";
import { dynamoDbCalls, type LeanCall } from "./dynamodb-calls.ts";
import { type MadeAttempt, takingAttempts, withAttempt } from "./made-attempt.ts";
import { createSigner } from "./sign-request.ts";

type Request = Parameters<ClosingHandler["handle"]>[0];
type Input = Record<string, unknown>;
type Args = { input: Input };
type Context = { commandName?: string; __smithy_context?: { abortSignal?: AbortSignal } };
type Next = (args: Args) => Promise<unknown>;
type Answer = { output: Record<string, unknown>; response: unknown };

/** Headers of the SDK's request that belong to that request alone. */
const ofOneRequest = new Set([
  ...["authorization", "content-length", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"],
  ...["amz-sdk-invocation-id", "amz-sdk-request"],
]);

/** Makes a DynamoDB client whose hot calls are lean. It is for a document client: inputs and outputs are plain records. */
export function leanDynamoDb(
  config: DynamoDBClientConfig & { region: string; requestHandler: ClosingHandler },
): DynamoDBClient {
  const { region, requestHandler: inner } = config;
  const patterns = new Map<string, Request>();
  const learn = (request: Request) => {
    const operation = request.headers["x-amz-target"]?.split(".")[1];
    if (operation !== undefined) patterns.set(operation, patternOf(request));
  };
  const client = new DynamoDBClient({ ...config, requestHandler: takingAttempts(inner, learn) });
  const sign = createSigner({ region, service: "dynamodb" });

  const retries = retryQuota(client);

  const attempt = async (pattern: Request, body: string, { __smithy_context }: Context) => {
    const { credentials, systemClockOffset } = client.config;
    const at = new Date(Date.now() + systemClockOffset);
    const request = Object.assign(Object.create(pattern), { body });
    try {
      request.headers = sign({ headers: pattern.headers, body, at }, await credentials());
      request.headers["content-length"] = String(Buffer.byteLength(body));
      const { response } = await inner.handle(request, { abortSignal: __smithy_context?.abortSignal });
      return { response, bytes: await collected(response.body) };
    } catch (error) {
      return { error };
    }
  };

  const lean = (next: Next, context: Context) => async (args: Args) => {
    const call = dynamoDbCalls.get(context.commandName ?? "");
    const pattern = call && patterns.get(call.operation);
    if (call === undefined || pattern === undefined) return next(args);
    const input = call.hasToken ? { ClientRequestToken: randomUUID(), ...args.input } : args.input;
    const body = plain(() => call.bodyOf(input));
    if (body === undefined) return next(args);
    const made = await attempt(pattern, body, context);
    const answer = answerOf(call, made);
    if (answer === undefined) {
      retries.failed();
      return withAttempt(forTheSdk(made), () => next({ ...args, input }));
    }
    await retries.succeeded();
    return answer;
  };
  client.middlewareStack.add(lean as never, { step: "initialize", name: "fleetLeanCalls", priority: "low" });
  return client;
}

/** Successes that fill the SDK's quota of retries from empty to full (500, by one each). */
const fullQuota = 500;

/** The SDK takes each retry from a quota, which successes fill again: it must hear of ours while the quota may not be full. */
function retryQuota({ config }: DynamoDBClient) {
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

type Made = { response: { statusCode: number; body?: unknown }; bytes: Buffer } | { error: unknown };

function collected(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on("data", (chunk: Buffer) => chunks.push(chunk));
    body.once("end", () => resolve(Buffer.concat(chunks)));
    body.once("error", reject);
    body.once("close", () => reject(new Error("the connection was closed within the answer")));
  });
}

/** What all requests of an operation share: a copy, because the request itself would keep its body alive. */
function patternOf(request: Request): Request {
  const { headers, body: _, ...where } = request;
  const shared = Object.entries(headers).filter(([name]) => !ofOneRequest.has(name));
  const pattern = Object.create(Object.getPrototypeOf(request));
  return Object.assign(pattern, where, { headers: Object.fromEntries(shared) });
}

/** The output of an attempt that went well. */
function answerOf(call: LeanCall, made: Made): Answer | undefined {
  if ("error" in made || made.response.statusCode !== 200) return undefined;
  const output = plain(() => call.outputOf(JSON.parse(made.bytes.toString())));
  return output && { output: { ...output, $metadata: { httpStatusCode: 200 } }, response: made.response };
}

function forTheSdk(made: Made): MadeAttempt {
  if ("error" in made) return made;
  return { response: Object.assign(made.response, { body: Readable.from([made.bytes]) }) } as MadeAttempt;
}

/** The value, or undefined where the SDK has to read or write it. */
function plain<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotPlain || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
