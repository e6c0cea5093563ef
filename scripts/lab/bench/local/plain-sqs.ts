// SQS by HTTP over bare sockets, as little work for a caller as there is: the SDK takes several times the CPU of the servers that are
// measured and Node's own HTTP as much as they do, so that each of them would look as fast as its caller.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { z } from "zod";
import { type Answer, answerReader } from "./read-answer.ts";

/** A caller of one server, and how it closes its connections. */
export type PlainSqs = {
  /** Rejects unless the answer's status is 200 and it has this shape. */
  call: <Shape extends z.ZodType>(action: string, input: unknown, answer: Shape) => Promise<z.output<Shape>>;
  close: () => void;
};

/** The servers look at the scope of a signature, if at anything in it. */
const authorization =
  "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=none";

/** A caller with a connection for each of the calls under way (AWS JSON 1.0 protocol). */
export function plainSqs(url: string): PlainSqs {
  const { hostname, port, host } = new URL(url);
  const head = (action: string, body: string) =>
    `POST / HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\ncontent-type: application/x-amz-json-1.0\r\n` +
    `x-amz-target: AmazonSQS.${action}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const open = new Set<Connection>();
  const idle: Connection[] = [];
  const connected = async (): Promise<Connection> => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) if (found.usable()) return found;
    const made = await connection(hostname, Number(port));
    open.add(made);
    return made;
  };
  return {
    call: async (action, input, answer) => {
      const body = JSON.stringify(input);
      const to = await connected();
      const { status, text } = await to.ask(head(action, body) + body);
      idle.push(to);
      if (status !== 200) throw new Error(`${action} at ${url}: status ${status}: ${text}`);
      return answer.parse(JSON.parse(text || "{}"));
    },
    close: () => {
      for (const each of open) each.close();
    },
  };
}

type Connection = { ask: (request: string) => Promise<Answer>; usable: () => boolean; close: () => void };

/** Opens a connection, on which one question is asked at a time. */
async function connection(host: string, port: number): Promise<Connection> {
  const socket: Socket = connect({ host, port, noDelay: true });
  await once(socket, "connect");
  let asked: PromiseWithResolvers<Answer> | undefined;
  const end = (why: Error) => asked?.reject(why);
  const read = answerReader((answer) => {
    const answered = asked;
    asked = undefined;
    if (answer.closes) socket.destroy();
    answered?.resolve(answer);
  });
  socket.on("data", (piece) => {
    try {
      read(piece);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on("error", end);
  socket.on("close", () => end(new Error(`${host}:${port} closed the connection`)));
  return {
    ask: (request) => {
      asked = Promise.withResolvers();
      socket.write(request);
      return asked.promise;
    },
    usable: () => !socket.destroyed,
    close: () => socket.destroy(),
  };
}
