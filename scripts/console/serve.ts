// Serves the console on 127.0.0.1.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { listenOnLoopback } from "../cli/listen-on-loopback.ts";

export type ServedConsole = { url: string; port: number; close: () => Promise<void> };

/** Listens on 127.0.0.1; port 0 picks a free one. Rejects with the server's error when the port is taken. */
export async function serveConsole(app: Hono, port: number): Promise<ServedConsole> {
  const { origin, ...rest } = await listenOnLoopback(createServer(getRequestListener(app.fetch)), port);
  return { url: origin, ...rest };
}
