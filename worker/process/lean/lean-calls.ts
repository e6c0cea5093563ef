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
import {
  type Answer,
  type Context,
  collected,
  type Input,
  type LeanClient,
  patternOf,
  plain,
  type Request,
  timeOf,
  withLeanCalls,
} from "./lean-client.ts";
import { type MadeAttempt, takingAttempts } from "./made-attempt.ts";
import { createSigner } from "./sign-request.ts";
import { sqsCalls } from "./sqs-calls.ts";

type Settings<Config> = Config & { region: string; requestHandler: ClosingHandler };

/** Makes a DynamoDB client whose hot calls are lean. It is for a document client: inputs and outputs are plain records. */
export function leanDynamoDb(config: Settings<DynamoDBClientConfig>): DynamoDBClient {
  const { requestHandler, makeLean } = leanAttempts(config, { service: "dynamodb", calls: dynamoDbCalls });
  return makeLean(new DynamoDBClient({ ...config, requestHandler }));
}

/** Makes an SQS client whose receives, batched deletes and look-ups of queues are lean. */
export function leanSqs(config: Settings<SQSClientConfig>): SQSClient {
  // Each queue may have a host of its own: the SDK takes it from the queue's URL.
  const place = { service: "sqs", calls: sqsCalls, apart: "QueueUrl" };
  const { requestHandler, makeLean } = leanAttempts(config, place);
  return makeLean(new SQSClient({ ...config, requestHandler }));
}

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
    const at = timeOf(client);
    const request = Object.assign(Object.create(pattern), { body });
    try {
      request.headers = sign({ headers: pattern.headers, body, at }, await client.config.credentials());
      request.headers["content-length"] = String(Buffer.byteLength(body));
      const { response } = await inner.handle(request, { abortSignal: __smithy_context?.abortSignal });
      return { response, bytes: await collected(response.body) };
    } catch (error) {
      return { error };
    }
  };

  const makeLean = <Client extends LeanClient>(client: Client): Client =>
    withLeanCalls(client, async (given, context) => {
      const call = calls.get(context.commandName ?? "");
      const pattern = call && patterns.get(keyOf(call.operation, () => given));
      if (call === undefined || pattern === undefined) return { input: given };
      const input = call.hasToken ? { ClientRequestToken: randomUUID(), ...given } : given;
      const body = plain(() => call.bodyOf(input));
      if (body === undefined) return { input: given };
      const made = await attempt(client, pattern, body, context);
      const answer = answerOf(call, made);
      return answer ? { answer } : { made: forTheSdk(made), input };
    });
  return { requestHandler: takingAttempts(inner, learn), makeLean };
}

type Made = { response: { statusCode: number; body?: unknown }; bytes: Buffer } | { error: unknown };

/** The SDK's bytes pass for a text, too, and warn of whoever believes it: `Buffer.from(body)` would. */
const textOf = (body: unknown): string =>
  body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
    : String(body);

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
