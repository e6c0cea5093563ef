// A service behind another HTTP endpoint (DynamoDB): passes requests on and keeps connections open.
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { bodyChunks } from "./http.ts";
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "./service.ts";

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "host",
  "expect",
]);

/** How many idle connections are kept. The others, opened in a rush, are closed after it: nothing else would close them. */
const mostIdleSockets = 16;

/**
 * The service behind `endpointUrl` (http only). `agent.destroy()` closes its connections.
 * @param keepHost keeps the caller's Host header: signatures of version 4 cover it, so an endpoint that checks them
 *   accepts no other
 */
export function forwarder(
  endpointUrl: string,
  { keepHost = false } = {},
): { forward: (request: ServiceRequest) => Promise<ServiceResponse>; agent: Agent } {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: mostIdleSockets });
  const endpoint = new URL(endpointUrl);
  return { agent, forward: (request) => forward(agent, endpoint, request, keepHost) };
}

/**
 * Passes every request of a service to `endpointUrl` (http only) and returns its answer unchanged.
 * An endpoint that does not answer becomes HTTP 503 `ServiceUnavailable`, which SDK clients retry.
 */
export function proxyService(
  name: string,
  endpointUrl: string,
  targetPrefixes: readonly string[] = [],
): LocalService {
  const endpoint = new URL(endpointUrl);
  const { agent, forward } = forwarder(endpointUrl);
  return {
    name,
    targetPrefixes,
    actionOf: (request) =>
      request.headers["x-amz-target"]?.split(".")[1] ?? `${request.method} ${request.path}`,
    handle: async (request) => {
      try {
        return await forward(request);
      } catch (error) {
        const message = `${name} at ${endpoint.origin} does not answer: ${String(error)}`;
        return jsonError({ status: 503, code: "ServiceUnavailable", message });
      }
    },
    errorResponse: (_, error) => jsonError(error),
    close: async () => agent.destroy(),
  };
}

function jsonError({ status, code, message }: ServiceError): ServiceResponse {
  const headers = { "content-type": "application/x-amz-json-1.0" };
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}

function withoutHopByHop(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name))
      kept[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return kept;
}

/** The length of a body that is sent on: a large one of unknown length goes in chunks. */
function bodyLength({ body, rest, headers }: ServiceRequest): Record<string, string> {
  const length = rest === undefined ? String(body.length) : headers["content-length"];
  return length === undefined ? {} : { "content-length": length };
}

function forward(
  agent: Agent,
  endpoint: URL,
  request: ServiceRequest,
  keepHost: boolean,
): Promise<ServiceResponse> {
  const headers = {
    ...withoutHopByHop(request.headers),
    ...(keepHost && request.headers.host !== undefined && { host: request.headers.host }),
    ...bodyLength(request),
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        agent,
        hostname: endpoint.hostname,
        port: endpoint.port,
        method: request.method,
        path: request.url,
        headers,
      },
      (incoming) => answerOf(request, incoming).then(resolve, reject),
    );
    outgoing.on("error", reject);
    if (request.rest === undefined) return void outgoing.end(request.body);
    const body = Readable.from(bodyChunks(request), { objectMode: false });
    body.on("error", (error) => outgoing.destroy(error));
    body.pipe(outgoing);
  });
}

/** Answers up to this size are read whole, so that connections are free at once. */
const smallBytes = 1024 * 1024;

async function answerOf(request: ServiceRequest, incoming: IncomingMessage): Promise<ServiceResponse> {
  const bytes = Number(incoming.headers["content-length"] ?? 0);
  const answer = {
    status: incoming.statusCode ?? 502,
    headers: {
      ...withoutHopByHop(incoming.headers),
      // The answer to HEAD has no body.
      ...(request.method === "HEAD" &&
        incoming.headers["content-length"] !== undefined && {
          "content-length": incoming.headers["content-length"],
        }),
    },
  };
  if (bytes > smallBytes && request.method !== "HEAD")
    return { ...answer, stream: { bytes, chunks: incoming } };
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return { ...answer, body: Buffer.concat(chunks) };
}
