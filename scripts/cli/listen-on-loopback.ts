// Lets an HTTP server of a command listen on this machine only.
import type { Server } from "node:http";

export type Loopback = {
  /** Scheme, host and port. */
  origin: string;
  port: number;
  /** Ends the server and all its connections. */
  close: () => Promise<void>;
};

/** Listens on 127.0.0.1; port 0 picks a free one. Rejects with the server's error when the port is taken. */
export async function listenOnLoopback(server: Server, port: number): Promise<Loopback> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    origin: `http://127.0.0.1:${taken}`,
    port: taken,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
