// The worker's clients against servers that do not answer, or that record their requests.
import { DeleteMessageCommand, ListQueuesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { startGateway } from "../../../scripts/local/gateway/gateway.ts";
import type { LocalService } from "../../../scripts/local/gateway/service.ts";
import { createClients } from "../../../worker/process/job-clients.ts";
import { until } from "../../support/until.ts";

afterEach(() => void vi.unstubAllEnvs());

/** A service that never answers its first call and answers the others. */
function slowAtFirst(name: string, targetPrefix: string): { service: LocalService; calls: () => number } {
  let calls = 0;
  const service: LocalService = {
    name,
    targetPrefixes: [targetPrefix],
    actionOf: () => "Any",
    handle: async () => {
      calls += 1;
      if (calls === 1) await new Promise(() => {});
      return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
    },
    errorResponse: (_, { status }) => ({ status }),
  };
  return { service, calls: () => calls };
}

test("a call to SQS or DynamoDB that is not answered is given up and repeated", async () => {
  const sqs = slowAtFirst("sqs", "AmazonSQS.");
  const dynamo = slowAtFirst("dynamodb", "DynamoDB_20120810.");
  const gateway = await startGateway({ port: 0, services: [sqs.service, dynamo.service] });
  vi.stubEnv("AWS_ENDPOINT_URL", gateway.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  const clients = createClients({
    region: "eu-west-1",
    endpointGiven: true,
    receives: 1,
    slots: 1,
    answerWithinMs: 300,
  });
  onTestFinished(async () => {
    clients.destroy();
    await gateway.close();
  });
  await clients.sqs.send(new ListQueuesCommand());
  await clients.db.send(new GetCommand({ TableName: "t", Key: { id: "x" } }));
  expect([sqs.calls(), dynamo.calls()]).toEqual([2, 2]);
});

/** Answers everything and records the bodies. */
function noting(
  name: string,
  targetPrefix: string,
): { service: LocalService; inputs: Record<string, unknown>[] } {
  const inputs: Record<string, unknown>[] = [];
  const service: LocalService = {
    name,
    targetPrefixes: [targetPrefix],
    actionOf: () => "Any",
    handle: async ({ body }) => {
      inputs.push(JSON.parse(body.toString()));
      return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
    },
    errorResponse: (_, { status }) => ({ status }),
  };
  return { service, inputs };
}

test("calls of one command class keep their own inputs, although they share middleware", async () => {
  const sqs = noting("sqs", "AmazonSQS.");
  const dynamo = noting("dynamodb", "DynamoDB_20120810.");
  const gateway = await startGateway({ port: 0, services: [sqs.service, dynamo.service] });
  vi.stubEnv("AWS_ENDPOINT_URL", gateway.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  const clients = createClients({ region: "eu-west-1", endpointGiven: true, receives: 1, slots: 1 });
  onTestFinished(async () => {
    clients.destroy();
    await gateway.close();
  });
  const names = ["first", "second", "third"];
  for (const name of names) {
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: "http://queue", ReceiptHandle: name }));
    await clients.sqsReceive.send(
      new DeleteMessageCommand({ QueueUrl: "http://queue", ReceiptHandle: name }),
    );
    await clients.db.send(new GetCommand({ TableName: "t", Key: { id: name } }));
  }
  expect(sqs.inputs.map((input) => input.ReceiptHandle)).toEqual(names.flatMap((name) => [name, name]));
  expect(dynamo.inputs.map((input) => input.Key)).toEqual(names.map((name) => ({ id: { S: name } })));
});

test("a receive that is still open when its client is closed ends, and is not repeated", async () => {
  const sqs = slowAtFirst("sqs", "AmazonSQS.");
  const gateway = await startGateway({ port: 0, services: [sqs.service] });
  vi.stubEnv("AWS_ENDPOINT_URL", gateway.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  const clients = createClients({ region: "eu-west-1", endpointGiven: true, receives: 1, slots: 1 });
  onTestFinished(async () => {
    clients.destroy();
    await gateway.close();
  });
  const open = clients.sqsReceive.send(new ReceiveMessageCommand({ QueueUrl: "http://queue" }));
  await until("the open receive", () => sqs.calls() === 1);
  clients.sqsReceive.destroy();
  await expect(open).rejects.toThrow("the client is closed");
  expect(sqs.calls()).toBe(1);
});
