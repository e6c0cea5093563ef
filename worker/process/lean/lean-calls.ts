// A lean first attempt of DynamoDB's and SQS's hot calls: a small call takes the SDK several times the CPU it takes this. Only a plain call
// that succeeds ends here. Everything else (an error, a lost connection, an unusual value) is handed to the SDK as the attempt
// that it is. Where requests go, and with which headers, is learned from the SDK's own ones.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import type { ClosingHandler } from "../closing-handler.ts";
import { dynamoDbCalls } from "./dynamodb-calls.ts";
import type { LeanCall } from "./lean-call.ts";
import { type MadeAttempt, takingAttempts, withAttempt } from "./made-attempt.ts";
import { NotPlain } from "./not-plain.ts";
import { createSigner } from "./sign-request.ts";
import { sqsCalls } from "./sqs-calls.ts";

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

type Settings<Config> = Config & { region: string; requestHandler: ClosingHandler };

/** Makes a DynamoDB client whose hot calls are lean. It is for a document client: inputs and outputs are plain records. */
export function leanDynamoDb(config: Settings<DynamoDBClientConfig>): DynamoDBClient {
  const { requestHandler, makeLean } = leanAttempts(config, { service: "dynamodb", calls: dynamoDbCalls });
  return makeLean(new DynamoDBClient({ ...config, requestHandler }));
}

/** Makes an SQS client whose receives and batched deletes are lean. */
export function leanSqs(config: Settings<SQSClientConfig>): SQSClient {
  // Each queue may have a host of its own: the SDK takes it from the queue's URL.
  const place = { service: "sqs", calls: sqsCalls, apart: "QueueUrl" };
  const { requestHandler, makeLean } = leanAttempts(config, place);
  return makeLean(new SQSClient({ ...config, requestHandler }));
}

/** The parts of a service's client that lean calls use. */
type LeanClient = {
  config: Pick<DynamoDBClient["config"], "credentials" | "systemClockOffset" | "retryStrategy">;
  middlewareStack: { add: (middleware: never, options: InitializeOptions) => void };
};
type InitializeOptions = { step: "initialize"; name: string; priority: "low" };

/** A service's hot calls. Those with different values of the field `apart` do not share an address. */
type Place = { service: string; calls: ReadonlyMap<string, LeanCall>; apart?: string };

/** The handler for a client, and what makes that client's hot calls lean. */
function leanAttempts({ region, requestHandler: inner }: Settings<object>, { service, calls, apart }: Place) {
  const patterns = new Map<string, Request>();
  const keyOf = (operation: string, input: () => Input) =>
    apart === undefined ? operation : `${operation} ${String(input()[apart])}`;
  const operations = new Set([...calls.values()].map(({ operation }) => operation));
  const learn = (request: Request) => {
    const operation = request.headers["x-amz-target"]?.split(".")[1] ?? "";
    if (!operations.has(operation) || request.path !== "/") return;
    const key = keyOf(operation, () => JSON.parse(textOf(request.body)));
    patterns.set(key, patternOf(request));
  };
  const sign = createSigner({ region, service });

  const attempt = async (
    client: LeanClient,
    pattern: Request,
    body: string,
    { __smithy_context }: Context,
  ) => {
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

  const makeLean = <Client extends LeanClient>(client: Client): Client => {
    const retries = retryQuota(client);
    const lean = (next: Next, context: Context) => async (args: Args) => {
      const call = calls.get(context.commandName ?? "");
      const pattern = call && patterns.get(keyOf(call.operation, () => args.input));
      if (call === undefined || pattern === undefined) return next(args);
      const input = call.hasToken ? { ClientRequestToken: randomUUID(), ...args.input } : args.input;
      const body = plain(() => call.bodyOf(input));
      if (body === undefined) return next(args);
      const made = await attempt(client, pattern, body, context);
      const answer = answerOf(call, made);
      if (answer === undefined) {
        retries.failed();
        return withAttempt(forTheSdk(made), () => next({ ...args, input }));
      }
      await retries.succeeded();
      return answer;
    };
    const options = { step: "initialize", name: "fleetLeanCalls", priority: "low" } as const;
    client.middlewareStack.add(lean as never, options);
    return client;
  };
  return { requestHandler: takingAttempts(inner, learn), makeLean };
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

/** The SDK's bytes pass for a text, too, and warn of whoever believes it: `Buffer.from(body)` would. */
const textOf = (body: unknown): string =>
  body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
    : String(body);

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
