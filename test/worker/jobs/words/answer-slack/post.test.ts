// The post itself, over real HTTP: no redirection followed, an end in time, and what is known of one that failed.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createPost, NeverSent } from "../../../../../worker/jobs/words/answer-slack/post.ts";

/** A server in Slack's place; `heard` are the paths it was asked for. */
async function startServer(answer: RequestListener) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => {
    if (server.listening) await close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, close };
}

const patient = createPost(20_000);
const noStop = new AbortController().signal;

test("the body is JSON and the status is the answer", async () => {
  const bodies: string[] = [];
  const { url } = await startServer(async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    bodies.push(`${request.method} ${request.headers["content-type"]}`);
    response.writeHead(404).end("no_team");
  });
  expect(await patient(`${url}/commands/1`, { text: "é" }, noStop)).toBe(404);
  expect(bodies).toEqual([JSON.stringify({ text: "é" }), "POST application/json"]);
});

test.each([301, 302, 303, 307, 308])("a redirection (%i) is an answer and not followed", async (status) => {
  const elsewhere = await startServer((_, response) => void response.end());
  const { url, heard } = await startServer(
    (_, response) => void response.writeHead(status, { location: `${elsewhere.url}/stolen` }).end(),
  );
  expect(await patient(`${url}/commands/1`, {}, noStop)).toBe(status);
  expect([heard, elsewhere.heard]).toEqual([["/commands/1"], []]);
});

test("an answer without an end is not read", async () => {
  const { url } = await startServer((_, response) => {
    const more = setInterval(() => response.write("x".repeat(1000)), 1);
    response.on("close", () => clearInterval(more));
  });
  expect(await patient(url, {}, noStop)).toBe(200);
});

test("where nobody listens, nothing was sent", async () => {
  const { url, close } = await startServer(() => {});
  await close();
  await expect(patient(url, {}, noStop)).rejects.toBeInstanceOf(NeverSent);
});

test("a connection that breaks, an answer that does not come and a drain leave open what arrived", async () => {
  const breaking = await startServer((request) => void request.socket.destroy());
  const silent = await startServer(() => {});
  const stop = new AbortController();
  const failures = await Promise.allSettled([
    patient(breaking.url, {}, noStop),
    createPost(50)(silent.url, {}, noStop),
    patient(silent.url, {}, stop.signal),
    Promise.resolve().then(() => stop.abort()),
  ]);
  for (const failure of failures.slice(0, 3)) {
    expect(failure.status).toBe("rejected");
    expect(failure).not.toMatchObject({ reason: expect.any(NeverSent) });
  }
});
