// The health endpoint: /live succeeds while the process runs, /ready only while the worker accepts jobs and can get them.
// Both say which services do not answer.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorkerReport } from "../engine/worker-parts.ts";

/** Serves health on `host:port`; port 0 takes a free one. */
export async function serveHealth(
  address: { host: string; port: number },
  report: () => WorkerReport,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const current = report();
    const ready =
      (current.state === "ready" || current.state === "cautious") && current.blockedBy.length === 0;
    const known = request.url === "/live" || request.url === "/ready";
    const status = !known ? 404 : request.url === "/live" || ready ? 200 : 503;
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(known ? current : { error: "paths are /live and /ready" }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
