// What every route asks of the stores, watched where the calls arrive: no table is scanned and no bucket listed.
import { afterAll, beforeAll, expect, test } from "vitest";
import { isApi, isUnsafe } from "../../../triggers/web/declaration.ts";
import type { Route } from "../../../triggers/web/route.ts";
import { routes } from "../../../triggers/web/routes.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { storeFileFor } from "../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let admin: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  web = createTestWeb(provisioned, await provisioned.provision("no-scan"));
  admin = await web.signIn({ id: "admin", admin: true });
});
afterAll(() => provisioned.close());

/** What the stores were asked, by action. */
const asked = (after: number) =>
  provisioned.cloud.requests.since(after).map(({ service, action }) => `${service} ${action}`);

/** Asks as an admin, for a file and a link that exist. */
async function ask(route: Route, ids: Record<string, string>): Promise<void> {
  const path = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) => ids[name] ?? ids.id ?? "");
  const headers = new Headers({ cookie: admin.cookie, "x-csrf-token": admin.visitor.csrf });
  headers.set("content-type", isApi(route) ? "application/json" : "application/x-www-form-urlencoded");
  const body = isApi(route) ? "{}" : "";
  await web.request(path, { method: route.method, headers, ...(isUnsafe(route) && { body }) });
}

/** A new file and a link to it: what the last route did may have ended the last ones. */
async function fileWithLink(): Promise<{ id: string; token: string }> {
  const { id } = await storeFileFor(web.deps, { owner: "admin", name: "a.txt" });
  const made = await admin.send("POST", `/api/v1/files/${id}/links`, {});
  return { id, token: new URL(((await made.json()) as { url: string }).url).pathname.slice(3) };
}

test("no route scans a table or lists a bucket", async () => {
  let silent = 0;
  let ids = await fileWithLink();
  for (const route of routes) {
    // Signing in leads to the provider, and signing out would end the session for the others.
    if (/^\/sign-|\/sessions/.test(route.path)) continue;
    const before = provisioned.cloud.requests.since(0).at(-1)?.seq ?? 0;
    await ask(route, ids);
    if (isUnsafe(route) && /^\/(api\/v1\/)?(files|links)/.test(route.path)) ids = await fileWithLink();
    if (asked(before).length === 0) silent += 1;
  }
  const all = asked(0);
  expect(all.length).toBeGreaterThan(routes.length);
  expect(silent).toBeLessThan(20);
  expect(all.filter((call) => /Scan|ListObject|ListBuckets|ExecuteStatement/.test(call))).toEqual([]);
});
