// An EC2 metadata service, version 2, as far as a worker talks to it; a real server on 127.0.0.1.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The server's content and its requests. */
export type MetadataServer = {
  endpoint: string;
  /** Path under /latest/meta-data/ to its text; other paths are 404. */
  paths: Map<string, string>;
  /** Statuses answered instead, by path; `token` for the token. */
  failures: Map<string, number>;
  /** METHOD PATH of every request, in order. */
  requests: string[];
  /** Invalidates every issued token. */
  expireTokens: () => void;
  /** Stops answering; connections stay open. */
  goSilent: () => void;
  close: () => Promise<void>;
};

/** Starts it on a free port. */
export async function startMetadataServer(): Promise<MetadataServer> {
  const paths = new Map<string, string>();
  const failures = new Map<string, number>();
  const requests: string[] = [];
  const tokens = new Set<string>();
  let silent = false;

  function answerTo(method: string, path: string, headers: NodeJS.Dict<string | string[]>): [number, string] {
    if (path === "/latest/api/token") {
      // 1 second to 6 hours (EC2 User Guide, "How Instance Metadata Service Version 2 works").
      const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
      if (method !== "PUT" || !(seconds >= 1 && seconds <= 21_600)) return [400, ""];
      const failure = failures.get("token");
      if (failure !== undefined) return [failure, ""];
      const token = `token-${tokens.size}-${requests.length}`;
      tokens.add(token);
      return [200, token];
    }
    if (!tokens.has(String(headers["x-aws-ec2-metadata-token"]))) return [401, "Unauthorized"];
    const name = path.replace("/latest/meta-data/", "");
    const failure = failures.get(name);
    if (failure !== undefined) return [failure, "failure"];
    const text = paths.get(name);
    return text === undefined ? [404, "Not Found"] : [200, text];
  }

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (silent) return;
    const [status, text] = answerTo(request.method ?? "", request.url ?? "", request.headers);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    failures,
    requests,
    expireTokens: () => tokens.clear(),
    goSilent: () => {
      silent = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
