// Whether the ports a person chose are free, asked before anything starts.
import { createServer } from "node:net";
import { PortTaken } from "./errors.ts";

function listens(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * Checks every port; 0 is always free.
 * @throws PortTaken for the first that is not
 */
export async function checkPorts(ports: readonly { port: number; option: string }[]): Promise<void> {
  for (const { port, option } of ports) {
    if (port !== 0 && !(await listens(port))) throw new PortTaken(port, option);
  }
}
