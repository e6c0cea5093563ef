// Lean calls beside the SDK's own: the same requests, the same outputs, the same errors.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchExecuteStatementCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { insertStatement } from "../../../../worker/fleet/insert-statement.ts";
import { leanDynamoDb } from "../../../../worker/process/lean/lean-calls.ts";

type Sent = { headers: IncomingHttpHeaders; body: Record<string, unknown> };
type Reply = (response: ServerResponse) => void;

const sent: Sent[] = [];
const replies: Reply[] = [];
const answer =
  (status: number, body: unknown): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "id" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    sent.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    (replies.shift() ?? answer(200, {}))(response);
  });
});

let plain: DynamoDBDocumentClient;
let lean: DynamoDBDocumentClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" },
    maxAttempts: 3,
  };
  const options = { marshallOptions: { removeUndefinedValues: true } };
  plain = DynamoDBDocumentClient.from(new DynamoDBClient(settings), options);
  const requestHandler = new NodeHttpHandler({ requestTimeout: 5000, throwOnRequestTimeout: true });
  lean = DynamoDBDocumentClient.from(leanDynamoDb({ ...settings, requestHandler }), options);
  // The first call of each operation is the SDK's: the lean ones are learned from it.
  for (const command of [get(), put({}), update({}), transact({}), insert({})]) await send(lean, command);
});
beforeEach(() => {
  sent.length = 0;
  replies.length = 0;
});
afterAll(() => {
  plain.destroy();
  lean.destroy();
  server.close();
});

const get = () => new GetCommand({ TableName: "t", Key: { id: "1" }, ConsistentRead: true });
const put = (Item: Record<string, unknown>) =>
  new PutCommand({ TableName: "t", Item, ConditionExpression: "attribute_not_exists(id)" });
const update = (values: Record<string, unknown>) =>
  new UpdateCommand({
    TableName: "t",
    Key: { id: "1", left: undefined },
    UpdateExpression: "SET a = :a",
    ExpressionAttributeValues: values,
    ReturnValues: "ALL_NEW",
  });
const transact = (Item: Record<string, unknown>) =>
  new TransactWriteCommand({
    TransactItems: [
      { Put: { TableName: "t", Item } },
      {
        ConditionCheck: {
          TableName: "t",
          Key: { id: "1" },
          ConditionExpression: "a = :a",
          ExpressionAttributeValues: { ":a": 1 },
        },
      },
    ],
  });
const insert = (...items: Record<string, unknown>[]) =>
  new BatchExecuteStatementCommand({
    Statements: items.map((item) => ({
      Statement: insertStatement("t", Object.keys(item)),
      Parameters: Object.values(item),
    })),
  });
type AnyCommand = ReturnType<typeof get | typeof put | typeof update | typeof transact | typeof insert>;
const send = (client: DynamoDBDocumentClient, command: AnyCommand): Promise<Record<string, unknown>> =>
  client.send(command as GetCommand) as Promise<unknown> as Promise<Record<string, unknown>>;

/** Headers that differ from call to call, and the hash of the body, which only S3 asks for. */
const own = [
  ...["authorization", "x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request"],
  "x-amz-content-sha256",
];
const shared = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !own.includes(name) && name !== "user-agent"),
  );

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constant(new Set(["a"])),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 61n }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
  ),
})).value;
const record = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 4 });
const command = fc.oneof(
  record.map((fields) => () => put(fields)),
  record.map((fields) => () => update(fields)),
  record.map((fields) => () => transact(fields)),
  fc.tuple(record, record).map((items) => () => insert(...items)),
);

test("whatever a call is given, lean and plain clients send the same request or throw the same error", async () => {
  await fc.assert(
    fc.asyncProperty(command, async (make) => {
      sent.length = 0;
      const outcomes = await Promise.all(
        [plain, lean].map((client) =>
          send(client, make()).then(
            () => "sent",
            (error: Error) => error.message,
          ),
        ),
      );
      expect(outcomes[1]).toBe(outcomes[0]);
      if (outcomes[0] !== "sent") return;
      const [one, other] = sent.map(({ headers, body: { ClientRequestToken, ...body } }) => ({
        headers: shared({ ...headers, "content-length": undefined }),
        body,
        token: typeof ClientRequestToken,
      }));
      expect(one).toEqual(other);
    }),
    { numRuns: 300 },
  );
});

test.each([
  {
    Responses: [
      { TableName: "t" },
      { TableName: "t", Error: { Code: "DuplicateItem", Message: "it exists" } },
    ],
  },
  {
    Responses: [
      { Error: { Code: "ConditionalCheckFailed", Item: { id: { S: "1" } } } },
      { Item: { n: { N: "1" } } },
    ],
  },
  { Responses: [] },
  {},
])("of the answer %j to a batch of statements lean and plain clients make the same", async (body) => {
  replies.push(answer(200, body), answer(200, body));
  const [one, other] = [await send(plain, insert({ id: "1" })), await send(lean, insert({ id: "1" }))];
  expect(other.Responses).toEqual(one.Responses);
});

test("whatever is answered, lean and plain clients give the same output", async () => {
  const attribute: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    attribute: fc.oneof(
      { depthSize: "small" },
      fc.record({ S: fc.string() }),
      fc.record({
        N: fc.oneof(fc.integer().map(String), fc.constantFrom("1.5", "1e3", "12345678901234567")),
      }),
      fc.record({ BOOL: fc.boolean() }),
      fc.constant({ NULL: true }),
      fc.constant({ B: "AQI=" }),
      fc.constant({ SS: ["a", "b"] }),
      fc.record({ L: fc.array(tie("attribute"), { maxLength: 3 }) }),
      fc.record({ M: fc.dictionary(fc.string(), tie("attribute"), { maxKeys: 3 }) }),
    ),
  })).attribute;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), attribute, { maxKeys: 4 }), async (Item) => {
      sent.length = 0;
      replies.push(answer(200, { Item }), answer(200, { Item }));
      const read = async (client: DynamoDBDocumentClient) => {
        try {
          return (await send(client, get())).Item;
        } catch (error) {
          return String(error);
        }
      };
      expect(await read(lean)).toEqual(await read(plain));
      expect(sent).toHaveLength(2);
    }),
    { numRuns: 300 },
  );
});

test("a refusal is the SDK's own error and is sent once", async () => {
  replies.push(
    answer(400, {
      __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
      message: "no",
    }),
  );
  await expect(send(lean, update({ ":a": 1 }))).rejects.toMatchObject({
    name: "ConditionalCheckFailedException",
    $metadata: { httpStatusCode: 400, attempts: 1 },
  });
  expect(sent).toHaveLength(1);
});

test("the reasons of a cancelled transaction are told", async () => {
  const CancellationReasons = [{ Code: "None" }, { Code: "ConditionalCheckFailed" }];
  const type = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
  replies.push(answer(400, { __type: type, CancellationReasons }));
  await expect(send(lean, transact({ id: "1" }))).rejects.toMatchObject({ CancellationReasons });
});

test("throttled, broken and garbled answers are repeated by the SDK, with the same token, as many times as it would", async () => {
  const throttled = answer(400, { __type: "ThrottlingException", message: "slow down" });
  const broken: Reply = (response) => void response.socket?.destroy();
  replies.push(throttled, broken);
  await send(lean, transact({ id: "1" }));
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ body }) => body.ClientRequestToken)).size).toBe(1);
  replies.push(broken, broken, broken);
  await expect(send(lean, get())).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(sent).toHaveLength(6);
  replies.push(answer(200, "{"));
  await send(lean, get()).catch(() => undefined);
  const afterLean = sent.length;
  replies.push(answer(200, "{"));
  await send(plain, get()).catch(() => undefined);
  expect(sent.length - afterLean).toBe(afterLean - 6);
});

test("a call that is given up ends with the SDK's error", async () => {
  const stop = new AbortController();
  replies.push(() => stop.abort());
  await expect(lean.send(get(), { abortSignal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
});

test("of the request that a lean one is learned from nothing is kept but its address and its headers", async () => {
  const handler = new NodeHttpHandler();
  const handled: object[] = [];
  const requestHandler = Object.assign(Object.create(handler), {
    handle: (...call: Parameters<typeof handler.handle>) => {
      handled.push(call[0]);
      return handler.handle(...call);
    },
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = leanDynamoDb({ region: "eu-west-1", endpoint, credentials, requestHandler });
  onTestFinished(() => client.destroy());
  const own = DynamoDBDocumentClient.from(client);
  await send(own, put({ id: "large" }));
  await send(own, put({ id: "2" }));
  const [theirs, ours] = handled;
  const chain: unknown[] = [];
  for (let each: unknown = ours; each !== null; each = Object.getPrototypeOf(each)) chain.push(each);
  expect(chain).not.toContain(theirs);
  expect(JSON.stringify(chain)).not.toContain("large");
});

test("the answer of a first call, a middleware that watches and the metadata are as ever", async () => {
  const seen: string[] = [];
  lean.middlewareStack.add(
    (next, context) => (call) => {
      seen.push((context as { commandName?: string }).commandName ?? "");
      return next(call);
    },
    { step: "initialize", name: "watcher", priority: "high" },
  );
  replies.push(answer(200, { Item: { id: { S: "1" } } }));
  expect(await send(lean, get())).toMatchObject({ Item: { id: "1" }, $metadata: { httpStatusCode: 200 } });
  expect(seen).toEqual(["GetItemCommand"]);
});
