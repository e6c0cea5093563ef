// The frame that every route is in: access, CSRF, limits, headers. Routes of this file's own stand for all.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Route, route } from "../../../triggers/web/route.ts";
import { html } from "../../../triggers/web/ui/html.ts";
import { pageResponse } from "../../../triggers/web/ui/page.ts";
import { redirectTo } from "../../../triggers/web/ui/redirect.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { createTestWeb, type TestWeb } from "../../support/web.ts";

const page = (path: `/${string}`, access: "session" | "admin") =>
  route({
    method: "GET",
    path,
    access,
    summary: "A page",
    handle: (visit) => pageResponse(visit, { title: "A page", main: html`<p>${visit.visitor.name}</p>` }),
  });

const routes: readonly Route[] = [
  page("/mine", "session"),
  page("/admin", "admin"),
  route({
    method: "POST",
    path: "/things/:id",
    access: "session",
    summary: "Names a thing",
    inputs: { params: z.object({ id: z.string().length(3) }), body: z.object({ name: z.string().min(1) }) },
    maxBodyBytes: 200,
    handle: (visit) =>
      redirectTo(visit, "/mine", { tone: "good", text: `“${visit.body.name}” is its name now.` }),
  }),
  route({
    method: "PUT",
    path: "/api/v1/things/:id",
    access: "session",
    summary: "Names a thing",
    inputs: { params: z.object({ id: z.string().length(3) }), body: z.object({ name: z.string().min(1) }) },
    handle: ({ context, params, body }) => context.json({ id: params.id, name: body.name }),
  }),
  route({
    method: "GET",
    path: "/broken",
    access: "public",
    summary: "Fails",
    handle: () => Promise.reject(new Error("secret detail")),
  }),
];

let provisioned: Provisioned;
let web: TestWeb;

beforeAll(async () => {
  provisioned = await startProvisioned();
  web = createTestWeb(provisioned, await provisioned.provision("app-test"), { routes });
});
afterAll(() => provisioned.close());

describe("access", () => {
  test("a page without a session leads to the sign-in and back", async () => {
    const answer = await web.request("/mine?sort=name");
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/sign-in?returnTo=%2Fmine%3Fsort%3Dname");
  });

  test("a form without a session leads to the sign-in, and to nothing after it", async () => {
    const answer = await web.request("/things/abc", {
      method: "POST",
      body: new URLSearchParams({ name: "x" }),
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
  });

  test("the API without a session, or with a forged cookie, answers 401 with a word for scripts", async () => {
    for (const headers of [new Headers(), new Headers({ cookie: "fleet=forged" })]) {
      const answer = await web.request("/api/v1/things/abc", { method: "PUT", headers });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ error: { code: "not-signed-in", message: "Sign in first." } });
    }
  });

  test("an admin's page is refused to others and shown to admins", async () => {
    const person = await web.signIn({ id: "ada" });
    const admin = await web.signIn({ id: "grace", admin: true });
    expect((await person.get("/admin")).status).toBe(403);
    expect((await admin.get("/admin")).status).toBe(200);
  });

  test("what does not exist is a page of its own, and JSON below /api/", async () => {
    const ada = await web.signIn({ id: "ada" });
    expect((await ada.get("/none")).status).toBe(404);
    expect(await (await ada.get("/api/v1/none")).json()).toMatchObject({ error: { code: "not-found" } });
  });

  test("another method on a known address is 405 and names the ones it takes", async () => {
    const answer = await web.request("/things/abc", { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("requests that change something", () => {
  test("are done with the session's token and leave a notice on the next page only", async () => {
    const ada = await web.signIn({ id: "ada" });
    const answer = await ada.post("/things/abc", { name: '"><img onerror=x>' });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/mine"]);
    const notice = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    const cookie = `${ada.cookie}; ${notice}`;
    // A script that renews a page in another window leaves the notice alone.
    const renewed = await ada.get("/mine", { headers: { cookie, "sec-fetch-dest": "empty" } });
    expect([await renewed.text(), renewed.headers.get("set-cookie")]).toEqual([
      expect.not.stringContaining("is its name"),
      null,
    ]);
    const shown = await ada.get("/mine", { headers: { cookie } });
    const text = await shown.text();
    expect(text).toContain("&quot;&gt;&lt;img onerror=x&gt;” is its name now.");
    expect(text).not.toContain("<img onerror");
    expect(shown.headers.get("set-cookie")).toMatch(/^fleet-notice=; Max-Age=0/);
  });

  test("are refused without a token, with another session's token, and from another site", async () => {
    const [ada, eve] = [await web.signIn({ id: "ada" }), await web.signIn({ id: "eve" })];
    const form = (csrf: string, headers: Record<string, string> = {}) =>
      web.request("/things/abc", {
        method: "POST",
        headers: { cookie: ada.cookie, ...headers },
        body: new URLSearchParams({ name: "x", csrf }),
      });
    expect((await form(ada.visitor.csrf)).status).toBe(303);
    expect((await form("")).status).toBe(403);
    expect((await form(eve.visitor.csrf)).status).toBe(403);
    expect((await form(ada.visitor.csrf, { origin: "https://evil.example" })).status).toBe(403);
    expect((await form(ada.visitor.csrf, { origin: "null" })).status).toBe(403);
    for (const site of ["cross-site", "same-site", "none"])
      expect((await form(ada.visitor.csrf, { "sec-fetch-site": site })).status).toBe(403);
  });
});

describe("what a route takes", () => {
  test("bad input is named: field, status, and for paths no difference from what does not exist", async () => {
    const ada = await web.signIn({ id: "ada" });
    const bad = await ada.send("PUT", "/api/v1/things/abc", { name: 7 });
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({ error: { code: "invalid-field", field: "name" } });
    expect((await ada.send("PUT", "/api/v1/things/toolong", { name: "x" })).status).toBe(404);
    expect((await ada.post("/things/abc", { name: "" })).status).toBe(422);
  });

  test("a page that names a field leads back to the form it came from, and never to another site", async () => {
    const ada = await web.signIn({ id: "ada" });
    const refused = async (referer: string) => {
      const answer = await web.request("/things/abc", {
        method: "POST",
        headers: { cookie: ada.cookie, referer },
        body: new URLSearchParams({ csrf: ada.visitor.csrf, name: "" }),
      });
      return answer.text();
    };
    const { origin } = web.deps.settings;
    const page = await refused(`${origin}/mine?from=here`);
    expect(page).toContain('<a href="/mine?from=here">Back to the form</a>');
    expect(page).toMatch(/<p>Name: [^<]+\.<\/p>/);
    for (const other of ["", "https://evil.example/mine", `${origin}.evil.example/`, "javascript:alert(1)"])
      expect(await refused(other)).toContain('<a href="/">Back to the start</a>');
    expect(await refused(`${origin}//evil.example/x`)).not.toContain("evil");
  });

  test("a body of another type is 415, one that is too large 413, one that is no JSON 422", async () => {
    const ada = await web.signIn({ id: "ada" });
    const put = (body: string, type: string) =>
      ada.get("/api/v1/things/abc", {
        method: "PUT",
        headers: { cookie: ada.cookie, "x-csrf-token": ada.visitor.csrf, "content-type": type },
        body,
      });
    expect((await put("{}", "text/plain")).status).toBe(415);
    expect((await put("{", "application/json")).status).toBe(422);
    expect((await put("x".repeat(70_000), "application/json")).status).toBe(413);
    expect((await ada.post("/things/abc", { name: "x".repeat(300) })).status).toBe(413);
  });
});

describe("every answer", () => {
  test("has the headers that keep a browser strict, errors included", async () => {
    for (const path of ["/mine", "/none", "/broken", "/api/v1/none"]) {
      const { headers } = await web.request(path);
      expect(headers.get("content-security-policy")).toMatch(
        /default-src 'none'; script-src 'self'; style-src 'self'/,
      );
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  test("has HSTS over TLS only", async () => {
    const secure = createTestWeb(provisioned, web.deps.names, {
      routes,
      settings: { origin: "https://files.example.org", cookie: "__Host-fleet" },
    });
    expect((await secure.request("/none")).headers.get("strict-transport-security")).toMatch(
      /^max-age=\d{8}/,
    );
    expect((await web.request("/none")).headers.get("strict-transport-security")).toBeNull();
  });

  test("says nothing of the cause of a failure", async () => {
    const answer = await web.request("/broken");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret detail");
  });

  test("goes to our own host only; localhost is led to the address that cookies belong to", async () => {
    expect((await web.request("/mine", { headers: { host: "evil.example" } })).status).toBe(421);
    const local = await web.request("/mine?a=1", { headers: { host: "localhost:8090" } });
    expect(local.headers.get("location")).toBe("http://127.0.0.1:8090/mine?a=1");
  });
});
