// Lean receives, deletes and look-ups of queues beside the SDK's own: the same requests, the same outputs, the same errors.
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leanSqs } from "../../../../worker/process/lean/lean-calls.ts";

type Sent = { url: string; headers: IncomingHttpHeaders; body: Record<string, unknown> };
type Reply = (response: ServerResponse) => void;

const sent: Sent[] = [];
const replies: Reply[] = [];
const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    sent.push({ url: request.url ?? "", headers: request.headers, body });
    (replies.shift() ?? answer(200, {}))(response);
  });
});

/** Counts what reaches the SDK's own serializer: calls that are not lean. */
const bySdk = { plain: 0, lean: 0 };
let plain: SQSClient;
let lean: SQSClient;
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  const settings = {
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" },
    maxAttempts: 3,
    endpoint: `http://127.0.0.1:${port}`,
    useQueueUrlAsEndpoint: false,
    cacheMiddleware: true,
  };
  plain = new SQSClient(settings);
  const requestHandler = new NodeHttpHandler({ requestTimeout: 5000, throwOnRequestTimeout: true });
  lean = leanSqs({ ...settings, requestHandler });
  for (const [name, client] of [
    ["plain", plain],
    ["lean", lean],
  ] as const)
    client.middlewareStack.add(
      (next) => (args) => {
        bySdk[name] += 1;
        return next(args);
      },
      { step: "serialize" },
    );
  // The first call of each operation is the SDK's: the lean ones are learned from it.
  await lean.send(receive());
  await lean.send(remove(["1"]));
  await lean.send(lookUp("learned.fifo"));
});
beforeEach(() => {
  sent.length = 0;
  replies.length = 0;
  bySdk.plain = 0;
  bySdk.lean = 0;
});
afterAll(() => {
  plain.destroy();
  lean.destroy();
  server.close();
});

const queue = "http://queues.example/1/q.fifo";
const receive = (more: Record<string, unknown> = {}, QueueUrl = queue) =>
  new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more });
const remove = (handles: readonly string[], more: Record<string, unknown> = {}) =>
  new DeleteMessageBatchCommand({
    QueueUrl: queue,
    Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, ...more })),
  });

const lookUp = (QueueName: string, more: Record<string, unknown> = {}) =>
  new GetQueueUrlCommand({ QueueName, ...more });

const both = async (send: (client: SQSClient) => Promise<object>) => {
  const outcomes: unknown[] = [];
  for (const client of [plain, lean])
    outcomes.push(
      await send(client).then(
        (output) => ({ ...output, $metadata: undefined }),
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
  return outcomes;
};

const own = ["authorization", "x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request", "user-agent"];
const shared = ({ headers, ...rest }: Sent) => ({
  ...rest,
  headers: Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => ![...own, "x-amz-content-sha256", "content-length"].includes(name),
    ),
  ),
});

test("whatever a receive, a delete or a look-up asks, lean and plain clients send the same request", async () => {
  const text = fc.string({ unit: "grapheme" });
  const asked = fc.oneof(
    fc
      .record(
        {
          MaxNumberOfMessages: fc.integer(),
          WaitTimeSeconds: fc.option(fc.nat(), { nil: undefined }),
          VisibilityTimeout: fc.nat(),
          ReceiveRequestAttemptId: text,
          MessageSystemAttributeNames: fc.array(fc.constant("MessageGroupId")),
          Unknown: text,
        },
        { requiredKeys: [] },
      )
      .map((more) => () => receive(more)),
    fc.array(text, { maxLength: 10 }).map((handles) => () => remove(handles)),
    text.map((more) => () => remove(["1"], { more })),
    text.map((name) => () => lookUp(name)),
    text.map((owner) => () => lookUp("q", { QueueOwnerAWSAccountId: owner })),
  );
  await fc.assert(
    fc.asyncProperty(asked, async (make) => {
      sent.length = 0;
      const [one, other] = await both((client) => client.send(make() as ReceiveMessageCommand));
      expect(other).toEqual(one);
      const [first, second] = sent.map(shared);
      expect(second).toEqual(first);
    }),
    { numRuns: 100 },
  );
});

test("whatever is received, lean and plain clients give the same messages, and refuse the same damaged ones", async () => {
  const message = fc
    .record({ Body: fc.string({ unit: "grapheme" }), damaged: fc.boolean(), binary: fc.boolean() })
    .map(({ Body, damaged, binary }): Message => {
      const md5 = createHash("md5")
        .update(damaged ? `${Body}!` : Body)
        .digest("hex");
      const value = { DataType: "Binary", BinaryValue: "AQI=" as unknown as Uint8Array };
      const known = { MessageId: "m", ReceiptHandle: "r", MD5OfBody: md5, Body };
      return {
        ...known,
        Attributes: { MessageGroupId: "g" },
        ...(binary && { MessageAttributes: { a: value } }),
      };
    });
  const body = fc.oneof(
    fc.array(message, { maxLength: 3 }).map((Messages) => ({ Messages })),
    fc.constant({}),
    fc.constant({ Messages: null, Odd: 1 }),
  );
  await fc.assert(
    fc.asyncProperty(body, async (received) => {
      sent.length = 0;
      replies.push(answer(200, received), answer(200, received));
      const [one, other] = await both((client) => client.send(receive()));
      expect(other).toEqual(one);
      expect(sent).toHaveLength(2);
    }),
    { numRuns: 100 },
  );
});

test("a usual receive and delete do not go through the SDK, and a partly refused delete tells the same", async () => {
  const body = "hello";
  const MD5OfBody = createHash("md5").update(body).digest("hex");
  replies.push(answer(200, { Messages: [{ MessageId: "m", ReceiptHandle: "r", MD5OfBody, Body: body }] }));
  expect((await lean.send(receive())).Messages).toMatchObject([{ Body: body }]);
  const Failed = [{ Id: "1", SenderFault: true, Code: "ReceiptHandleIsInvalid", Message: "old" }];
  const partly = answer(200, { Successful: [{ Id: "0" }], Failed });
  replies.push(partly, partly);
  const [one, other] = await both((client) => client.send(remove(["a", "b"])));
  expect(other).toEqual(one);
  expect(other).toMatchObject({ Failed });
  expect(bySdk.lean).toBe(0);
});

test("a queue is looked up without the SDK, and one that is missing is the same error", async () => {
  replies.push(answer(200, { QueueUrl: queue }));
  expect((await lean.send(lookUp("q.fifo"))).QueueUrl).toBe(queue);
  expect(bySdk.lean).toBe(0);
  const missing = answer(
    400,
    { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no such queue" },
    { "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender" },
  );
  replies.push(missing, missing);
  const errors = await Promise.all(
    [plain, lean].map((client) => client.send(lookUp("gone.fifo")).catch((error: unknown) => error)),
  );
  for (const error of errors) expect(error).toBeInstanceOf(QueueDoesNotExist);
});

test("a message that says in an attribute whom its job follows is received without the SDK, too", async () => {
  const Body = "{}";
  const message = {
    ...{ MessageId: "m", ReceiptHandle: "r", Body, MD5OfBody: createHash("md5").update(Body).digest("hex") },
    ...{ MD5OfMessageAttributes: "0", Attributes: { MessageGroupId: "g" } },
    MessageAttributes: { causedBy: { DataType: "String", StringValue: "parse-mail/1" } },
  };
  replies.push(answer(200, { Messages: [message] }), answer(200, { Messages: [message] }));
  const [one, other] = await both((client) => client.send(receive({ MessageAttributeNames: ["causedBy"] })));
  expect(other).toEqual(one);
  expect(bySdk.lean).toBe(0);
});

test("errors, lost connections and garbled answers are the SDK's, which repeats what it would repeat", async () => {
  const gone = answer(
    400,
    { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no" },
    {
      "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender",
    },
  );
  replies.push(gone, gone);
  const [one, other] = await both((client) => client.send(receive()));
  expect(other).toBe(one);
  expect(other).toMatch(/QueueDoesNotExist/);
  expect(sent).toHaveLength(2);
  const broken: Reply = (response) => void response.socket?.destroy();
  replies.push(broken, answer(500, ""), answer(200, {}));
  await lean.send(receive({ ReceiveRequestAttemptId: "same" }));
  expect(sent.slice(2).map(({ body }) => body.ReceiveRequestAttemptId)).toEqual(["same", "same", "same"]);
});

test("other operations and queues not met before go through the SDK, each queue to its own host", async () => {
  await lean.send(receive({}, "http://queues.example/1/other.fifo"));
  await lean.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: "x" })).catch(() => undefined);
  expect(bySdk.lean).toBe(2);
  const settings = { region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
  const client = leanSqs({ ...settings, requestHandler: new NodeHttpHandler() });
  const at = (host: string) => receive({}, `http://${host}:${port}/1/q.fifo`);
  const warn = console.warn;
  // The SDK says once for every call that it takes the queue's own host.
  console.warn = () => {};
  for (const host of ["127.0.0.1", "localhost", "127.0.0.1", "localhost"]) await client.send(at(host));
  console.warn = warn;
  client.destroy();
  expect(sent.slice(-4).map(({ headers }) => headers.host)).toEqual(
    ["127.0.0.1", "localhost", "127.0.0.1", "localhost"].map((host) => `${host}:${port}`),
  );
});
