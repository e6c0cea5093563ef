// An SQS with scripted answers: the real gateway and the real SDK client around one function. For order and timing of
// calls; for the rules of SQS use the local queue.
import { hash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type Gateway, startGateway } from "../../scripts/local/gateway/gateway.ts";
import type { LocalService } from "../../scripts/local/gateway/service.ts";

/** One call as it arrived. */
export type ScriptedCall = {
  action: string;
  input: Record<string, unknown> & {
    Entries?: { Id: string; ReceiptHandle: string; VisibilityTimeout?: number }[];
  };
};

/** Answers a call: the JSON answer, or a promise of it that keeps the call open. */
export type Script = (call: ScriptedCall) => unknown;

/** A scripted queue service. */
export type ScriptedSqs = {
  gateway: Gateway;
  client: SQSClient;
  /** Calls in the order they arrived. */
  calls: ScriptedCall[];
  /** Calls that the client has begun, and those whose answer it has. */
  sent: () => number;
  answered: () => number;
  /** Replaces the script. */
  answer: (script: Script) => void;
  close: () => Promise<void>;
};

/** Answers every entry of a batch as done, and a send with the digest the SDK checks. */
export const allDone: Script = ({ action, input }) =>
  action === "SendMessage"
    ? { MessageId: "m", MD5OfMessageBody: hash("md5", String(input.MessageBody)) }
    : { Successful: (input.Entries ?? []).map(({ Id }) => ({ Id })), Failed: [] };

/** Starts it on a free port. */
export async function startScriptedSqs(): Promise<ScriptedSqs> {
  const calls: ScriptedCall[] = [];
  let script: Script = allDone;
  const service: LocalService = {
    name: "sqs",
    targetPrefixes: ["AmazonSQS."],
    actionOf: (request) => request.headers["x-amz-target"]?.split(".")[1] ?? "",
    handle: async (request) => {
      const call: ScriptedCall = {
        action: request.headers["x-amz-target"]?.split(".")[1] ?? "",
        input: JSON.parse(request.body.toString()),
      };
      calls.push(call);
      const headers = { "content-type": "application/x-amz-json-1.0" };
      return { status: 200, headers, body: JSON.stringify((await script(call)) ?? {}) };
    },
    errorResponse: (_, { status, code, message }) => ({
      status,
      headers: { "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify({ __type: code, message }),
    }),
  };
  const gateway = await startGateway({ port: 0, services: [service] });
  const client = new SQSClient({
    endpoint: gateway.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    useQueueUrlAsEndpoint: false,
  });
  const counts = { sent: 0, answered: 0 };
  client.middlewareStack.add(
    (next) => async (given) => {
      counts.sent += 1;
      return next(given).finally(() => {
        counts.answered += 1;
      });
    },
    { step: "initialize" },
  );
  return {
    gateway,
    client,
    calls,
    sent: () => counts.sent,
    answered: () => counts.answered,
    answer: (next) => {
      script = next;
    },
    close: async () => {
      client.destroy();
      await gateway.close();
    },
  };
}
