// A service behind another endpoint: which connections stay open after a rush of requests.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { proxyService } from "../../../../scripts/local/gateway/proxy.ts";
import type { ServiceRequest } from "../../../../scripts/local/gateway/service.ts";
import { until } from "../../../support/until.ts";

const request: ServiceRequest = {
  id: "1",
  method: "POST",
  url: "/",
  path: "/",
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from("hello"),
  signal: new AbortController().signal,
  abandoned: false,
};

test("after a rush all but a few connections are closed, and those are reused", async () => {
  const waiting: ServerResponse[] = [];
  const open = new Set<Socket>();
  let [connections, holding] = [0, true];
  const server = createServer((_: IncomingMessage, response) => {
    if (holding) waiting.push(response);
    else response.end("done");
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket.once("close", () => open.delete(socket)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const service = proxyService("dynamodb", `http://127.0.0.1:${port}`);
  onTestFinished(async () => {
    await service.close?.();
    server.close();
  });
  const rush = Array.from({ length: 100 }, () => service.handle(request));
  await until("the rush to arrive", () => waiting.length === 100);
  holding = false;
  for (const response of waiting) response.end("done");
  expect((await Promise.all(rush)).map(({ status }) => status)).toEqual(rush.map(() => 200));
  await until("idle connections to be closed", () => open.size <= 16);
  expect(open.size).toBeGreaterThan(0);
  const before = connections;
  expect((await service.handle(request)).body?.toString()).toBe("done");
  expect(connections).toBe(before);
});
