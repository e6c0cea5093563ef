// Every route times every kind of visitor. The list is the registry itself, so a new route is tested by being there.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { passwordRoutes } from "../../../triggers/catalog/password-routes.ts";
import { isApi, isUnsafe } from "../../../triggers/web/declaration.ts";
import type { Route } from "../../../triggers/web/route.ts";
import { routes } from "../../../triggers/web/routes.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let people: Record<"expired" | "blocked", TestBrowser>;

beforeAll(async () => {
  provisioned = await startProvisioned();
  web = createTestWeb(provisioned, await provisioned.provision("routes-test"));
  people = {
    expired: await web.signIn({ id: "expired" }),
    blocked: await web.signIn({ id: "blocked", admin: true }),
  };
  await set("sessions", people.expired.visitor.sessionId, "expiresAt", Math.floor(Date.now() / 1000) - 1);
  await set("people", "blocked", "blocked", true);
});
afterAll(() => provisioned.close());

/** In a session of their own: a test may end it. */
const person = () => web.signIn({ id: "person" });
const admin = () => web.signIn({ id: "admin", admin: true });

async function set(table: "sessions" | "people", id: string, name: string, value: unknown): Promise<void> {
  await provisioned.db.send(
    new UpdateCommand({
      TableName: web.deps.names.tables[table],
      Key: { id },
      UpdateExpression: "SET #name = :value",
      ExpressionAttributeNames: { "#name": name },
      ExpressionAttributeValues: { ":value": value },
    }),
  );
}

/** A path with ids that nothing has. */
const pathOf = ({ path }: Route) => path.replace(/:[A-Za-z]+/g, "AAAAAAAAAAAAAAAAAAAAAA");

/** A request with a token or without. The body is empty: whoever is refused is refused before it is read. */
function ask(route: Route, browser: TestBrowser | undefined, token = browser?.visitor.csrf ?? "") {
  const headers = new Headers(browser && { cookie: browser.cookie });
  headers.set("content-type", isApi(route) ? "application/json" : "application/x-www-form-urlencoded");
  if (token !== "") headers.set("x-csrf-token", token);
  const body = isApi(route) ? "{}" : "";
  return web.request(pathOf(route), { method: route.method, headers, ...(isUnsafe(route) && { body }) });
}

const named = (list: readonly Route[]) =>
  list.map((route) => [`${route.method} ${route.path}`, route] as const);
const guarded = routes.filter(({ access }) => access !== "public");
const open = routes.filter(({ access }) => access === "public");

test("the registry has routes of every kind, and each once", () => {
  expect(guarded.length).toBeGreaterThan(10);
  expect(open.length).toBeGreaterThan(5);
  const names = named(routes).map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("everything that is not public is below no path that looks public, and admins' routes say so in their path", () => {
  for (const { path, access } of routes)
    expect([path, /^\/(api\/v1\/)?admin\//.test(path)]).toEqual([path, access === "admin"]);
});

test("every route by which anybody may have a password checked is one of those with a narrow limit", () => {
  const checking = open.filter(({ inputs }) => inputs?.body !== undefined && takesPassword(inputs.body));
  expect(checking.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`).sort()).toEqual(
    passwordRoutes.map(({ method, path }) => `${method} ${path}`).sort(),
  );
});

const takesPassword = (body: z.ZodType): boolean => body instanceof z.ZodObject && "password" in body.shape;

describe.each(named(guarded))("%s", (_, route) => {
  const refusal = async (answer: Response) => {
    if (isApi(route)) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: { code: "not-signed-in" } });
    } else {
      expect(answer.status).toBe(303);
      expect(answer.headers.get("location")).toMatch(/^\/sign-in(\?returnTo=|$)/);
    }
  };

  test("refuses nobody, an expired session, a blocked person and forged cookies", async () => {
    await refusal(await ask(route, undefined));
    await refusal(await ask(route, people.expired));
    await refusal(await ask(route, people.blocked));
    const someone = await person();
    const [, secret = ""] = someone.cookie.split(".");
    const [owner = ""] = (await admin()).cookie.split(".");
    for (const cookie of ["fleet=x", "fleet=", `${owner}.${secret}`, `fleet=${someone.visitor.sessionId}`])
      await refusal(await ask(route, { ...someone, cookie }));
  });

  test(route.access === "admin" ? "refuses a person who is no admin" : "lets a person in", async () => {
    const answer = await ask(route, await person());
    if (route.access === "admin") expect(answer.status).toBe(403);
    else expect([401, 500]).not.toContain(answer.status);
    if (route.access === "session") expect(answer.headers.get("location") ?? "").not.toMatch(/^\/sign-in/);
  });
});

describe.each(named(guarded.filter(isUnsafe)))("%s", (_, route) => {
  test("refuses a request without the session's token", async () => {
    const right = route.access === "admin" ? await admin() : await person();
    const wrong = await admin();
    for (const token of ["", wrong.visitor.csrf, `${right.visitor.csrf}x`])
      expect((await ask(route, right, token)).status).toBe(403);
  });
});

describe.each(named(open))("%s", (_, route) => {
  test("answers anybody without asking for a sign-in, and never with a failure", async () => {
    for (const browser of [undefined, await person(), people.expired]) {
      if (route.path === "/sign-in") continue; // leads to the provider, which this test does without
      const answer = await ask(route, browser);
      expect(answer.status).not.toBe(401);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get("location") ?? "").not.toMatch(/^\/sign-in/);
    }
  });
});

describe("paths", () => {
  const odd = [
    "/admin/people/..%2f..%2fetc",
    "/admin/people/%00",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%2e%2e/config.ts",
    "/ADMIN/audit",
    "/admin//audit",
    "/admin/audit/",
    "/admin/audit%20",
    "/%E0%A4%A",
    `/admin/people/${"x".repeat(3000)}`,
  ];
  test.each(odd)("%s is nothing, for nobody and for a person", async (path) => {
    for (const browser of [undefined, await person()]) {
      const answer = await web.request(path, browser && { headers: { cookie: browser.cookie } });
      expect([303, 400, 403, 404]).toContain(answer.status);
      expect(await answer.text()).not.toContain("fifo-fleet");
    }
  });

  test("a header cannot be injected through an address", async () => {
    const answer = await web.request("/admin/audit?x=%0d%0aSet-Cookie:%20a=b");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("location")).not.toMatch(/[\r\n]/);
  });
});
