// Checks that the chosen ports are free, before anything starts.
import { createServer } from "node:net";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** Another program uses the port, most often another local system. */
export class PortTaken extends FleetError {
  constructor(port: number, option: string) {
    super(
      `port ${port} is taken: another program, perhaps another "npm run local", listens there. Stop it, or choose another port with ${option} (0 picks a free one)`,
    );
  }
}

/** The operating system refuses the port, most often because it is below 1024. */
export class PortRefused extends FleetError {
  constructor(port: number, option: string, cause: Error) {
    super(
      `port ${port} cannot be used (${(cause as NodeJS.ErrnoException).code}); choose another one with ${option}, 0 picks a free one`,
      { cause },
    );
  }
}

/** Why this process cannot listen on a port; `undefined` when it can. */
function problemWith(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(undefined)));
  });
}

/**
 * Checks every port; 0 is always free.
 * @throws PortTaken or PortRefused for the first that cannot be used
 */
export async function checkPorts(ports: readonly { port: number; option: string }[]): Promise<void> {
  for (const { port, option } of ports) {
    const problem = port === 0 ? undefined : await problemWith(port);
    if (problem?.code === "EADDRINUSE") throw new PortTaken(port, option);
    if (problem !== undefined) throw new PortRefused(port, option, problem);
  }
}
