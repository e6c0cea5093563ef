// `npm run local` in a container: what reaches the container's own address is passed on to 127.0.0.1, where everything listens.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Forwarding, forward, ownAddresses } from "../../../scripts/local/container/forward.ts";

const root = resolve(import.meta.dirname, "../../..");
const servers: Server[] = [];
const forwardings: Forwarding[] = [];
afterEach(async () => {
  await Promise.all(forwardings.splice(0).map(({ close }) => close()));
  await Promise.all(servers.splice(0).map((server) => once(server.close(), "close")));
});

/** A server on 127.0.0.1 that answers with the request's body. */
async function echo(): Promise<number> {
  const server = createServer((request, response) => request.pipe(response));
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

// Another address of this machine's loopback stands for a container's own.
const other = "127.0.0.2";

test("a connection to the other address reaches the same port of 127.0.0.1, bytes unchanged both ways", async () => {
  const port = await echo();
  forwardings.push(await forward(other, [port]));
  const body = Buffer.alloc(3_000_000, "fleet");
  const answer = await fetch(`http://${other}:${port}/`, { method: "POST", body });
  expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
});

test("where nothing listens behind it, the connection ends; after the close, nothing is passed on", async () => {
  const port = await echo();
  await Promise.all(servers.splice(0).map((server) => once(server.close(), "close")));
  const forwarding = await forward(other, [port]);
  const socket = connect(port, other);
  await once(socket, "close");
  await forwarding.close();
  await expect(fetch(`http://${other}:${port}/`)).rejects.toThrow();
});

test("a port that is taken is an error, and the others are given back", async () => {
  const [one, two] = [await echo(), await echo()];
  forwardings.push(await forward(other, [two]));
  await expect(forward(other, [one, two])).rejects.toThrow("EADDRINUSE");
  forwardings.push(await forward(other, [one]));
});

test("loopback is not among the addresses that are passed on", () => {
  expect(ownAddresses().filter((address) => address.startsWith("127."))).toEqual([]);
});

test("the image has the base image of the worker's, and every port that it serves", () => {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const base = (path: string) => /^ARG NODE_IMAGE=(.+)$/m.exec(read(path))?.[1];
  expect(base("scripts/local/Dockerfile")).toBe(base("Dockerfile"));
  const exposed = /^EXPOSE (.+)$/m.exec(read("scripts/local/Dockerfile"))?.[1]?.split(" ");
  const [, passedOn = ""] = /ports = \[([^\]]+)\]/.exec(read("scripts/local/container/main.ts")) ?? [];
  expect(passedOn.split(", ")).toEqual(exposed);
});
