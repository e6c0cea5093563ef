// The HTTP API on a laptop: turns a request to a trigger's route into API Gateway's event (HTTP API, payload format 2.0),
// and the function's answer into the response. It is behind the gateway, so faults and the request log work here as well.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type EventSource, eventSources } from "../../../triggers/catalog/event-sources.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "../gateway/service.ts";

/** The API's path on the gateway, followed by a route's path. */
export const apiPrefix = "/_api";

/** A route and its function. */
export type Route = { method: string; path: string; functionArn: string };

/** The routes of all triggers. */
export function routesOf(arnOf: (trigger: string) => string): Route[] {
  return Object.entries<EventSource>(eventSources).flatMap(([trigger, source]) =>
    source.from === "http" ? source.routes.map((route) => ({ ...route, functionArn: arnOf(trigger) })) : [],
  );
}

export type HttpApiOptions = {
  routes: readonly Route[];
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  accountId: string;
  now: () => number;
};

/** The largest payload that API Gateway accepts ("Quotas for configuring and running an HTTP API"). */
const maxPayloadBytes = 10 * 1024 * 1024;

const answerSchema = z.object({
  statusCode: z.number().int(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** Serves the routes. */
export function httpApiService({ routes, invoke, accountId, now }: HttpApiOptions): LocalService {
  const routeOf = ({ method, path }: Pick<ServiceRequest, "method" | "path">) =>
    routes.find((route) => route.method === method && apiPrefix + route.path === path);
  return {
    name: "execute-api",
    pathPrefix: `${apiPrefix}/`,
    actionOf: ({ method, path }) => `${method} ${path.slice(apiPrefix.length)}`,
    handle: async (request) => {
      const route = routeOf(request);
      if (route === undefined) return message(404, "Not Found");
      if (request.body.length > maxPayloadBytes) return message(413, "Request Entity Too Large");
      try {
        const event = eventOf(request, route, { accountId, nowMs: now() });
        return responseOf(await invoke(route.functionArn, event));
      } catch {
        return message(500, "Internal Server Error");
      }
    },
    errorResponse: (_, { status, message: text }) => message(status, text),
  };
}

function message(status: number, text: string): ServiceResponse {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ message: text }) };
}

/** The content types that API Gateway passes on as text. */
const isText = (contentType: string) => /^(text\/|application\/(json|javascript|xml)\b)/i.test(contentType);

function eventOf(
  { method, path, query, headers, body }: ServiceRequest,
  route: Route,
  { accountId, nowMs }: { accountId: string; nowMs: number },
) {
  const rawPath = path.slice(apiPrefix.length);
  const text = isText(headers["content-type"] ?? "");
  return {
    version: "2.0",
    routeKey: `${route.method} ${route.path}`,
    rawPath,
    rawQueryString: query.toString(),
    headers,
    requestContext: {
      accountId,
      apiId: "local",
      domainName: headers.host ?? "127.0.0.1",
      domainPrefix: "local",
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: `${route.method} ${route.path}`,
      stage: "$default",
      time: new Date(nowMs).toISOString(),
      timeEpoch: nowMs,
    },
    ...(body.length > 0 && { body: text ? body.toString() : body.toString("base64") }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

function responseOf(answer: unknown): ServiceResponse {
  const { statusCode, headers, body, isBase64Encoded } = answerSchema.parse(answer);
  return {
    status: statusCode,
    headers: Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name.toLowerCase() !== "content-length")
        .map(([name, value]) => [name, String(value)]),
    ),
    body: isBase64Encoded ? Buffer.from(body, "base64") : body,
  };
}
