// Lambda's runtime API on loopback, the side that AWS runs ("Using the Lambda runtime API for custom runtimes"): hands out one
// invocation at a time and receives its response or error. Knows nothing about functions.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** The result of an invocation, or of a failed start. */
export type Answer =
  | { ended: "response"; value: unknown }
  | { ended: "error"; type: string; message: string };

type Invocation = { id: string; event: unknown; resolve: (answer: Answer) => void };

/** A runtime API for one function. */
export type RuntimeApi = {
  /** `HOST:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  address: string;
  /** Hands an event out. Resolves to the runtime's answer, or to its failure to start. */
  invoke: (event: unknown) => Promise<Answer>;
  /** Ends all waiting invocations with an error, because the runtime has exited. */
  fail: (message: string) => void;
  close: () => Promise<void>;
};

/** Options of the API. */
export type RuntimeApiOptions = { functionArn: string; timeoutSeconds: number; now: () => number };

const prefix = "/2018-06-01/runtime";

/** Starts it on a free port of 127.0.0.1. */
export async function startRuntimeApi({
  functionArn,
  timeoutSeconds,
  now,
}: RuntimeApiOptions): Promise<RuntimeApi> {
  const queued: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let waiting: ((invocation: Invocation) => void) | undefined;
  let broken: Answer | undefined;

  const hand = (outgoing: ServerResponse) => (invocation: Invocation) => {
    running.set(invocation.id, invocation);
    outgoing.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(now() + timeoutSeconds * 1000),
      "lambda-runtime-invoked-function-arn": functionArn,
      "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
    });
    outgoing.end(JSON.stringify(invocation.event));
  };
  const next = (outgoing: ServerResponse) => {
    const first = queued.shift();
    if (first !== undefined) return hand(outgoing)(first);
    waiting = hand(outgoing);
  };
  const settle = (id: string, answer: Answer) => {
    running.get(id)?.resolve(answer);
    running.delete(id);
  };
  const failAll = (answer: Answer) => {
    broken = answer;
    for (const invocation of [...queued.splice(0), ...running.values()]) invocation.resolve(answer);
    running.clear();
  };
  const take = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const path = (incoming.url ?? "").replace(prefix, "");
    if (path === "/invocation/next") return next(outgoing);
    const body = await bodyOf(incoming);
    const [, id = "", what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (what === "response") settle(id, { ended: "response", value: parsed(body) });
    else if (what === "error") settle(id, errorOf(body));
    else if (path === "/init/error") failAll(errorOf(body));
    outgoing.writeHead(what !== undefined || path === "/init/error" ? 202 : 404).end("{}");
  };
  const server = createServer((incoming, outgoing) => void take(incoming, outgoing));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    invoke: (event) =>
      new Promise((resolve) => {
        if (broken !== undefined) return resolve(broken);
        const invocation = { id: randomUUID(), event, resolve };
        const idle = waiting;
        waiting = undefined;
        if (idle === undefined) queued.push(invocation);
        else idle(invocation);
      }),
    fail: (message) => failAll({ ended: "error", type: "Runtime.ExitError", message }),
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parsed(body: string): unknown {
  return body === "" ? undefined : JSON.parse(body);
}

function errorOf(body: string): Answer {
  const { errorType = "Error", errorMessage = "" } = Object(parsed(body)) as Record<string, string>;
  return { ended: "error", type: errorType, message: errorMessage };
}
