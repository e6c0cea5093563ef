// Requests to the pages as the HTTP API hands them over (payload format 2.0), by nobody and by a person with a session.
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { directoryPartition, type PersonRow } from "../../../../worker/jobs/files/rows/person-row.ts";
import { type SignedInRow, sessionId } from "../../../../worker/jobs/files/rows/session-row.ts";
import { time } from "./event-shapes.ts";
import type { Recorded } from "./recorded.ts";

const person = "cloud-check";
const csrf = "a-token-of-the-session";
/** The value of the session's cookie: the person's id and 256 bits. */
const cookie = `${Buffer.from(person).toString("base64url")}.${"A".repeat(43)}`;

/** Writes the rows that a sign-in leaves, so that requests with the cookie are this person's. */
export async function signInForCheck(db: DynamoDBDocumentClient, { tables }: ResourceNames): Promise<void> {
  const now = Date.now();
  const createdAt = new Date(now).toISOString();
  const entry: PersonRow = {
    ...{ id: person, name: "Cloud Check", initials: "CC", address: "check@example.org", admin: false },
    ...{ signedInAt: createdAt, blocked: false, fleet: directoryPartition },
  };
  const session: SignedInRow = {
    ...{ id: sessionId(cookie), kind: "session", person, csrf, createdAt },
    expiresAt: Math.floor(now / 1000) + 3600,
  };
  await db.send(new PutCommand({ TableName: tables.people, Item: entry }));
  await db.send(new PutCommand({ TableName: tables.sessions, Item: session }));
}

type Call = {
  path: string;
  method?: string;
  body?: unknown;
  signedIn?: boolean;
  headers?: Record<string, string>;
};

const domain = "abcdef.execute-api.eu-west-1.amazonaws.com";

/** A request on the route `$default`, which takes all of them. Cookies come in a list of their own. */
function request({ path, method = "GET", body, signedIn = false, headers = {} }: Call) {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(signedIn && { cookies: [`__Host-fleet=${cookie}`] }),
    headers: {
      accept: "text/html,application/xhtml+xml",
      host: domain,
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-proto": "https",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(rawQueryString !== "" && {
      queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    }),
    requestContext: {
      accountId: "000000000000",
      apiId: "abcdef",
      domainName: domain,
      domainPrefix: "abcdef",
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: "Mozilla/5.0",
      },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage: "$default",
      time: "02/Nov/2026:10:00:00 +0000",
      timeEpoch: Date.parse(time),
    },
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)).toString("base64") }),
    isBase64Encoded: body !== undefined,
  };
}

const ours = { "x-csrf-token": csrf, "sec-fetch-site": "same-origin" };
const large = { name: "film.mp4", bytes: 6 * 1024 ** 3 };

/** All requests, each with what must follow. */
export function webEvents(): Recorded[] {
  const event = (what: string, call: Call, statusCode: number, says: RegExp): Recorded => ({
    trigger: "web",
    what,
    event: request(call),
    answers: { statusCode },
    says,
  });
  const announce = { path: "/api/v1/uploads", method: "POST", signedIn: true };
  return [
    event("whether it answers", { path: "/healthz" }, 200, /^ok$/),
    event("a page without a session", { path: "/files?sort=name" }, 303, /^$/),
    event("a page with a session", { path: "/files?sort=name", signedIn: true }, 200, /<title>Files/),
    event("the API without a session", { path: "/api/v1/files" }, 401, /not-signed-in/),
    event("the API with a session", { path: "/api/v1/files", signedIn: true }, 200, /"files":\[\]/),
    event("the API's description", { path: "/api/v1/openapi.json", signedIn: true }, 200, /"openapi":"3/),
    event("a small upload", { ...announce, headers: ours, body: { name: "a.txt", bytes: 5 } }, 201, /"form"/),
    event(
      "a large upload",
      { ...announce, headers: ours, body: large },
      201,
      /"multipart","partBytes":16777216/,
    ),
    event("an upload without the session's token", { ...announce, body: large }, 403, /foreign-request/),
    event("an unknown link", { path: `/l/${"x".repeat(22)}` }, 404, /nothing here/),
    event("an unknown page", { path: "/nowhere", signedIn: true }, 404, /nothing here/),
    event("an unknown address of the API", { path: "/api/v1/nowhere", signedIn: true }, 404, /not-found/),
  ];
}
