// Ports are checked before anything starts; each problem is one line that names the option.
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { checkPorts, PortTaken } from "../../../../scripts/local/system/ports.ts";

test("a taken port is refused with its option; 0 and free ports pass", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const ports = [
    { port: 0, option: "--port" },
    { port, option: "--aws-port" },
  ];
  await expect(checkPorts(ports)).rejects.toThrow(PortTaken);
  await expect(checkPorts(ports)).rejects.toThrow(new RegExp(`^port ${port} is taken: .* with --aws-port`));
  await new Promise((resolve) => server.close(resolve));
  await checkPorts(ports);
});
