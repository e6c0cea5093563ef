// Passes connections from a container's own address on to 127.0.0.1, where the local system listens. What an engine publishes
// arrives at that address, never at 127.0.0.1.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";

export type Forwarding = { close: () => Promise<void> };

/** The machine's own IPv4 addresses but for loopback. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((found) => (found && found.family === "IPv4" && !found.internal ? [found.address] : []));

/**
 * Listens at these ports of an address and passes each connection on to the same port of 127.0.0.1.
 * Rejects with the server's error when a port is taken.
 */
export async function forward(address: string, ports: readonly number[]): Promise<Forwarding> {
  const open = new Set<Socket>();
  const servers: Server[] = [];
  const close = async () => {
    for (const socket of open) socket.destroy();
    await Promise.all(servers.map((server) => server.listening && once(server.close(), "close")));
  };
  try {
    for (const port of ports) {
      const server = createServer((socket) => passOn(socket, port, open));
      servers.push(server);
      await once(server.listen(port, address), "listening");
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function passOn(socket: Socket, port: number, open: Set<Socket>): void {
  const inner = connect(port, "127.0.0.1");
  for (const [one, other] of [
    [socket, inner],
    [inner, socket],
  ] as const) {
    open.add(one);
    one.pipe(other);
    // A refused or broken connection ends both sides; whoever called sees the end.
    one.on("error", () => other.destroy());
    one.on("close", () => {
      open.delete(one);
      other.destroy();
    });
  }
}
