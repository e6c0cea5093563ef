// Serves the console on 127.0.0.1.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

export type ServedConsole = { url: string; port: number; close: () => Promise<void> };

/** Listens on 127.0.0.1; port 0 picks a free one. Rejects with the server's error when the port is taken. */
export async function serveConsole(app: Hono, port: number): Promise<ServedConsole> {
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
