// The bare caller of the local suite, against real servers.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { plainSqs } from "../../../../../scripts/lab/bench/local/plain-sqs.ts";
import { type Answer, answerReader } from "../../../../../scripts/lab/bench/local/read-answer.ts";

/** A server and a caller of it, both gone when the test ends. */
async function callerOf(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const sqs = plainSqs(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    sqs.close();
    server.closeAllConnections();
    return new Promise<void>((done) => void server.close(() => done()));
  });
  return sqs;
}

/** Answers with what it was asked. */
const echo: RequestListener = (request, response) => {
  let body = "";
  request.on("data", (piece) => {
    body += piece;
  });
  request.on("end", () => {
    const target = request.headers["x-amz-target"];
    response.end(JSON.stringify({ target, body: JSON.parse(body), port: request.socket.remotePort }));
  });
};
const echoed = z.object({ target: z.string(), body: z.unknown(), port: z.number() });

test("calls one after another share a connection, calls at once have one each", async () => {
  const sqs = await callerOf(echo);
  const first = await sqs.call("SendMessage", { text: "å\r\n\r\n漢" }, echoed);
  expect(first).toMatchObject({ target: "AmazonSQS.SendMessage", body: { text: "å\r\n\r\n漢" } });
  expect((await sqs.call("SendMessage", {}, echoed)).port).toBe(first.port);
  const both = await Promise.all([sqs.call("A", {}, echoed), sqs.call("B", {}, echoed)]);
  expect(new Set(both.map(({ port }) => port)).size).toBe(2);
  expect(both.map(({ target }) => target)).toEqual(["AmazonSQS.A", "AmazonSQS.B"]);
});

test("a server that closes after each answer is called on new connections", async () => {
  const sqs = await callerOf((request, response) => {
    response.setHeader("connection", "close");
    echo(request, response);
  });
  const ports = [await sqs.call("A", {}, echoed), await sqs.call("A", {}, echoed)].map(({ port }) => port);
  expect(new Set(ports).size).toBe(2);
});

test("a refusal, an answer of another shape, one without a length and a broken connection reject", async () => {
  const answers: Record<string, RequestListener> = {
    "AmazonSQS.Refused": (_, response) => {
      response.statusCode = 400;
      response.end('{"__type":"Bad"}');
    },
    "AmazonSQS.Shape": (_, response) => response.end("[]"),
    "AmazonSQS.Endless": (_, response) => void response.write("{"),
    "AmazonSQS.Broken": (request) => request.socket.destroy(),
  };
  const sqs = await callerOf((request, response) =>
    answers[String(request.headers["x-amz-target"])]?.(request, response),
  );
  await expect(sqs.call("Refused", {}, echoed)).rejects.toThrow(/status 400: \{"__type":"Bad"\}/);
  await expect(sqs.call("Shape", {}, echoed)).rejects.toThrow(/expected object/);
  await expect(sqs.call("Endless", {}, echoed)).rejects.toThrow(/without its length/);
  await expect(sqs.call("Broken", {}, echoed)).rejects.toThrow(/closed the connection|ECONNRESET/);
});

test("answers are read whole however they are cut into pieces", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(texts, fc.array(fc.nat(200), { maxLength: 20 }), (bodies, cuts) => {
      const bytes = Buffer.concat(
        bodies.map((body) =>
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
        ),
      );
      const answers: Answer[] = [];
      const read = answerReader((answer) => answers.push(answer));
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        const piece = bytes.subarray(at, at + cut);
        if (piece.length > 0) read(piece);
        at += piece.length;
      }
      expect(answers.map(({ text }) => text)).toEqual(bodies);
    }),
  );
});
