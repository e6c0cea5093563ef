// The EC2 instance metadata service of one simulated instance. Version 2 only: no answer without a session token.
// Others set what it announces.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock/clock.ts";

/** Paths under /latest/meta-data/ and their texts. Other paths answer 404. */
export type MetadataPaths = Map<string, string>;

/** A running metadata service. */
export type Metadata = {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  paths: MetadataPaths;
  /** Forgets all tokens, as the real service may. Callers get 401 and ask for a new one. */
  forgetTokens: () => void;
  close: () => Promise<void>;
};

/** The longest lifetime of a session token, in seconds (EC2 User Guide, Instance Metadata Service). */
const longestTokenSeconds = 21_600;

/** Starts the service on a free port of 127.0.0.1. */
export async function startMetadata(options: {
  clock: Clock;
  paths?: Record<string, string>;
}): Promise<Metadata> {
  const paths: MetadataPaths = new Map(Object.entries(options.paths ?? {}));
  const tokens = new Map<string, number>();
  const server = createServer((request, response) =>
    answer({ ...options, paths, tokens }, request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    paths,
    forgetTokens: () => tokens.clear(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Service = { clock: Clock; paths: MetadataPaths; tokens: Map<string, number> };

function answer(service: Service, request: IncomingMessage, response: ServerResponse): void {
  const end = (status: number, text = "", headers: Record<string, string> = {}) =>
    response.writeHead(status, { "content-type": "text/plain", ...headers }).end(text);
  const { pathname } = new URL(request.url ?? "/", "http://instance");
  if (pathname === "/latest/api/token") return void issueToken(service, request, end);
  const token = request.headers["x-aws-ec2-metadata-token"];
  const until = typeof token === "string" ? service.tokens.get(token) : undefined;
  if (until === undefined || until <= service.clock.now()) return void end(401);
  if (request.method !== "GET") return void end(405);
  const prefix = "/latest/meta-data/";
  const text = pathname.startsWith(prefix) ? service.paths.get(pathname.slice(prefix.length)) : undefined;
  if (text === undefined) end(404);
  else end(200, text);
}

type End = (status: number, text?: string, headers?: Record<string, string>) => unknown;

/** Issues a token for a PUT that did not come through a proxy (IMDSv2 refuses X-Forwarded-For). */
function issueToken({ clock, tokens }: Service, request: IncomingMessage, end: End): void {
  if (request.method !== "PUT") return void end(405);
  if (request.headers["x-forwarded-for"] !== undefined) return void end(403);
  const seconds = Number(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestTokenSeconds) return void end(400);
  const token = randomBytes(32).toString("base64url");
  tokens.set(token, clock.now() + seconds * 1000);
  end(200, token, { "x-aws-ec2-metadata-token-ttl-seconds": String(seconds) });
}
