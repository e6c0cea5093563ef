// The API's description is complete and true: every route is in it, and answers are as it says.
import { afterAll, beforeAll, expect, test } from "vitest";
import { isApi } from "../../../triggers/web/declaration.ts";
import { apiDocument, errorSchema } from "../../../triggers/web/openapi/document.ts";
import { routes } from "../../../triggers/web/routes.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { createTestWeb, type TestBrowser, type TestWeb, testWebSettings } from "../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let admin: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  web = createTestWeb(provisioned, await provisioned.provision("openapi-test"));
  admin = await web.signIn({ id: "grace", admin: true });
});
afterAll(() => provisioned.close());

const api = routes.filter(isApi);
const document = apiDocument(routes, testWebSettings);
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("every API route is described, and nothing else is", () => {
  const expected = api.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const found = described.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(found.sort()).toEqual(expected.sort());
});

test("operations have names of their own, and every parameter in a path is described", () => {
  const ids = described.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of described) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
    expect([path, inPath.map(({ name }) => name)]).toEqual([
      path,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    ]);
  }
});

test("every route says what its body is, or that it has none by another status than 200", () => {
  const silent = api.filter(({ answer, answers = 200 }) => answer === undefined && answers === 200);
  expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  const both = api.filter(({ answer, answers }) => answer !== undefined && answers === 204);
  expect(both).toEqual([]);
});

test("a change needs session and token, and what admins may do says so", () => {
  for (const { method, path, operation } of described) {
    const [needs = {}] = operation.security;
    if (method !== "get" && "session" in needs) expect(needs).toHaveProperty("csrf");
    if (path.startsWith("/api/v1/admin/"))
      expect(JSON.stringify(operation.responses)).toContain("admins only");
  }
});

const plain = api.filter(({ method, path }) => method === "GET" && !path.includes(":"));
test.each(plain.map((route) => [route.path, route] as const))(
  "%s answers as described",
  async (path, route) => {
    const got = await admin.get(path);
    expect(got.status).toBe(route.answers ?? 200);
    expect(got.headers.get("content-type")).toMatch(/^application\/json/);
    expect(route.answer?.safeParse(await got.json()).error).toBeUndefined();
  },
);

test("a refusal answers as described", async () => {
  const got = await web.request("/api/v1/me");
  expect(errorSchema.safeParse(await got.json()).error).toBeUndefined();
});

test("the page to read it on names every path and needs no script", async () => {
  const text = await (await web.request("/api/docs")).text();
  for (const path of Object.keys(document.paths)) expect(text).toContain(path);
  expect(text).not.toMatch(/<script|\son\w+=|style=|https?:\/\/(?!127\.0\.0\.1)/);
});
