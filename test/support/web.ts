// The web app for tests, on the stores of a local cloud. People are signed in without the provider.
import { randomBytes } from "node:crypto";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Hono } from "hono";
import { newCookie, sessionExpiry } from "../../triggers/web/access/sessions.ts";
import type { Visitor } from "../../triggers/web/access/visitor.ts";
import { createWebApp } from "../../triggers/web/app.ts";
import type { WebDependencies, WebSettings } from "../../triggers/web/dependencies.ts";
import { openPasswords } from "../../triggers/web/links/passwords.ts";
import type { Route } from "../../triggers/web/route.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { directoryPartition, type PersonRow } from "../../worker/jobs/files/rows/person-row.ts";
import { type SignedInRow, sessionId } from "../../worker/jobs/files/rows/session-row.ts";
import { defaultFileSettings } from "../../worker/jobs/files/settings.ts";
import type { Provisioned } from "./provisioned.ts";

/** Settings as on a laptop. */
export const testWebSettings: WebSettings = {
  origin: "http://127.0.0.1:8090",
  storageOrigins: ["http://127.0.0.1:4566"],
  signInOrigins: ["http://127.0.0.1:8091"],
  cookie: "fleet",
  onlyOwnHost: true,
  files: defaultFileSettings,
};

/** A browser of one person: sends the cookie, and with changes the origin and the token, as our pages do. */
export type TestBrowser = {
  visitor: Visitor;
  cookie: string;
  get: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends a form. */
  post: (path: string, fields?: Record<string, string | readonly string[]>) => Promise<Response>;
  /** Sends JSON. */
  send: (method: string, path: string, body?: unknown) => Promise<Response>;
};

export type TestWeb = {
  app: Hono;
  deps: WebDependencies;
  /** A request without a cookie. */
  request: (path: string, init?: RequestInit) => Promise<Response>;
  signIn: (person: Partial<Visitor> & { id: string }) => Promise<TestBrowser>;
};

/** Creates the app for a provisioned fleet. */
export function createTestWeb(
  provisioned: Pick<Provisioned, "db" | "s3">,
  names: ResourceNames,
  options: {
    settings?: Partial<WebSettings>;
    routes?: readonly Route[];
    parts?: Partial<WebDependencies>;
  } = {},
): TestWeb {
  const deps: WebDependencies = {
    db: provisioned.db,
    s3: provisioned.s3,
    enqueue: () => Promise.reject(new Error("no queue in this test")),
    names,
    settings: { ...testWebSettings, ...options.settings },
    signIn: noProvider,
    assets: { version: "test", files: new Map() },
    now: Date.now,
    random: randomBytes,
    log: () => {},
    passwords: openPasswords(randomBytes, { N: 2, r: 1, p: 1 }),
    ...options.parts,
  };
  const app = createWebApp(deps, options.routes);
  const { origin } = deps.settings;
  const request = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("host", headers.get("host") ?? new URL(origin).host);
    return app.request(`${origin}${path}`, { redirect: "manual", ...init, headers });
  };
  return {
    app,
    deps,
    request,
    signIn: async (person) => {
      const cookie = newCookie(person.id, deps);
      const visitor: Visitor = {
        name: person.id,
        initials: person.id.slice(0, 2).toUpperCase(),
        address: `${person.id}@example.org`,
        admin: false,
        csrf: randomBytes(16).toString("base64url"),
        ...person,
        sessionId: sessionId(cookie),
      };
      await putRows(deps, visitor);
      return browserOf(request, deps.settings, visitor, cookie);
    },
  };
}

/** The rows that a sign-in leaves. */
async function putRows({ db, names, now }: WebDependencies, visitor: Visitor): Promise<void> {
  const { sessionId: id, csrf, ...person } = visitor;
  const createdAt = new Date(now()).toISOString();
  const entry: PersonRow = { ...person, signedInAt: createdAt, blocked: false, fleet: directoryPartition };
  const expiresAt = sessionExpiry(createdAt, now());
  const session: SignedInRow = { id, kind: "session", person: person.id, csrf, createdAt, expiresAt };
  await db.send(new PutCommand({ TableName: names.tables.people, Item: entry }));
  await db.send(new PutCommand({ TableName: names.tables.sessions, Item: session }));
}

function browserOf(
  request: TestWeb["request"],
  settings: WebSettings,
  visitor: Visitor,
  value: string,
): TestBrowser {
  const cookie = `${settings.cookie}=${value}`;
  const ours = { cookie, origin: settings.origin, "sec-fetch-site": "same-origin" };
  return {
    visitor,
    cookie,
    get: (path, init) => request(path, { ...init, headers: { cookie, ...init?.headers } }),
    post: (path, fields = {}) => {
      const form = new URLSearchParams({ csrf: visitor.csrf });
      for (const [name, values] of Object.entries(fields))
        for (const each of [values].flat()) form.append(name, each);
      return request(path, { method: "POST", headers: ours, body: form });
    },
    send: (method, path, body) =>
      request(path, {
        method,
        headers: { ...ours, "x-csrf-token": visitor.csrf, "content-type": "application/json" },
        body: JSON.stringify(body ?? {}),
      }),
  };
}

const noProvider: WebDependencies["signIn"] = {
  begin: () => Promise.reject(new Error("no provider in this test")),
  finish: () => Promise.reject(new Error("no provider in this test")),
  signOutAddress: () => Promise.reject(new Error("no provider in this test")),
};
