// The post itself, over real HTTP: redirects are not followed, timeouts hold, and failures say whether anything was sent.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createPost, NeverSent } from "../../../../../worker/jobs/words/answer-slack/post.ts";

/** A server that stands in for Slack. `heard` holds the requested paths. */
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

test("the body is JSON, and the post returns the status", async () => {
  const bodies: string[] = [];
  const { url } = await startServer(async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    bodies.push(`${request.method} ${request.headers["content-type"]}`);
    response.writeHead(404).end("no_team");
  });
  expect(await patient(`${url}/commands/1`, { text: "é" }, noStop)).toBe(404);
  expect(bodies).toEqual([JSON.stringify({ text: "é" }), "POST application/json"]);
});

test.each([301, 302, 303, 307, 308])("a redirect (%i) is returned and not followed", async (status) => {
  const elsewhere = await startServer((_, response) => void response.end());
  const { url, heard } = await startServer(
    (_, response) => void response.writeHead(status, { location: `${elsewhere.url}/stolen` }).end(),
  );
  expect(await patient(`${url}/commands/1`, {}, noStop)).toBe(status);
  expect([heard, elsewhere.heard]).toEqual([["/commands/1"], []]);
});

test("an endless response body is not read", async () => {
  const { url } = await startServer((_, response) => {
    const more = setInterval(() => response.write("x".repeat(1000)), 1);
    response.on("close", () => clearInterval(more));
  });
  expect(await patient(url, {}, noStop)).toBe(200);
});

test("when nothing listens, nothing was sent", async () => {
  const { url, close } = await startServer(() => {});
  await close();
  await expect(patient(url, {}, noStop)).rejects.toBeInstanceOf(NeverSent);
});

test("a broken connection, a missing response and a drain leave open whether the post arrived", async () => {
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
