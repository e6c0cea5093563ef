// Signing in and out at a real OpenID provider on this machine, and what an attacker tries with it.
import { randomBytes } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VirtualClock } from "../../../scripts/local/clock/clock.ts";
import { type LocalWeb, startLocalWeb } from "../../../scripts/local/web/start.ts";
import { endSessions, setBlocked } from "../../../triggers/web/access/people.ts";
import { safeReturnTo } from "../../../triggers/web/access/return-to.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { personBrowser, signInAs } from "../../support/person-browser.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let web: LocalWeb;
let names: ResourceNames;
/** Lines of the log. */
const warnings: string[] = [];
const clock = new VirtualClock(Date.now());

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("sign-in-test");
  web = await startLocalWeb({
    clients: provisioned,
    names,
    awsUrl: provisioned.cloud.url,
    port: 0,
    dataDir: undefined,
    log: pino({ level: "warn" }, { write: (line: string) => warnings.push(line) }),
    now: clock.now,
  });
});
afterAll(async () => {
  await web.close();
  await provisioned.close();
});

const person = (part: string) => {
  const found = web.people.find(({ address }) => address.startsWith(part));
  if (found === undefined) throw new Error(`nobody is called ${part}`);
  return found;
};
const ada = () => ({ address: person("ada").address, password: person("ada").password });
const cookieName = () => `fleet-${new URL(web.url).port}`;
const stores = () => ({ db: provisioned.db, names, now: clock.now, random: randomBytes });
/** Whether a cookie opens a page that needs a session. */
const opens = async (cookie: string) =>
  (
    await fetch(`${web.url}/`, { redirect: "manual", headers: { cookie: `${cookieName()}=${cookie}` } })
  ).headers.get("location") === "/files";

async function cookieOf(part: string): Promise<string> {
  const { browser } = await signInAs(web.url, person(part));
  return browser.cookies.get(cookieName()) ?? "";
}

describe("signing in", () => {
  test("leads to the provider and back to the page that was asked for", async () => {
    const { browser, shown } = await signInAs(web.url, person("ada"), "/?from=mail");
    expect(shown.url.href).toBe(`${web.url}/files`);
    expect(await opens(browser.cookies.get(cookieName()) ?? "")).toBe(true);
  });

  test("a wrong password is said beside the form, and the address is kept", async () => {
    const browser = personBrowser();
    await browser.open(`${web.url}/sign-in`);
    const again = await browser.submit("/interaction/", { address: "ada@example.org", password: "wrong" });
    expect(again.status).toBe(401);
    expect(again.text).toContain("do not belong together");
    expect(again.text).toContain('value="ada@example.org"');
    expect(browser.cookies.has(cookieName())).toBe(false);
  });

  test("the cookie cannot be read by scripts and is not sent by other sites' forms; the table does not hold it", async () => {
    const browser = personBrowser();
    await browser.open(`${web.url}/sign-in`);
    const begun = await browser.request(`${web.url}/sign-in`);
    expect(begun.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Lax$/);
    const cookie = await cookieOf("ada");
    const { Items = [] } = await provisioned.db.send(new ScanCommand({ TableName: names.tables.sessions }));
    expect(Items.length).toBeGreaterThan(0);
    expect(JSON.stringify(Items)).not.toContain(cookie.split(".")[1]);
  });

  test("always makes a new session: a cookie planted before it is worth nothing after it", async () => {
    const { browser } = await signInAs(web.url, person("ada"));
    const before = browser.cookies.get(cookieName()) ?? "";
    await browser.open(`${web.url}/sign-in`);
    const after = browser.cookies.get(cookieName()) ?? "";
    expect(after).not.toBe(before);
    expect([await opens(before), await opens(after)]).toEqual([false, true]);
  });

  test("works once: the same answer of the provider is refused the second time", async () => {
    const browser = personBrowser();
    await browser.open(`${web.url}/sign-in`);
    const pending = browser.cookies.get(`${cookieName()}-sign-in`) ?? "";
    const shown = await browser.submit("/interaction/", ada());
    expect(shown.url.pathname).toBe("/files");
    const replayed = await fetch(`${web.url}/sign-in/callback?code=x&state=y`, {
      headers: { cookie: `${cookieName()}-sign-in=${pending}` },
    });
    expect(replayed.status).toBe(400);
  });

  test("works for one person in ten browsers at once", async () => {
    const cookies = await Promise.all(Array.from({ length: 10 }, () => cookieOf("ada")));
    expect(new Set(cookies).size).toBe(10);
    expect(await Promise.all(cookies.map(opens))).toEqual(cookies.map(() => true));
  });

  test("an answer of the provider for another browser, with a wrong state, or without a begun sign-in is refused", async () => {
    const victim = personBrowser();
    await victim.open(`${web.url}/sign-in`);
    const wrongState = await victim.request(`${web.url}/sign-in/callback?code=abc&state=forged`);
    expect([wrongState.status, victim.cookies.has(cookieName())]).toEqual([400, false]);
    expect(warnings.at(-1)).toMatch(/"cause":"OAUTH_INVALID_RESPONSE".*"sign-in not finished"/);
    expect((await personBrowser().open(`${web.url}/sign-in/callback?code=abc&state=x`)).status).toBe(400);
  });

  test("a session's cookie is no begun sign-in, and does not end by being used as one", async () => {
    const cookie = await cookieOf("ada");
    const headers = { cookie: `${cookieName()}-sign-in=${cookie}` };
    expect((await fetch(`${web.url}/sign-in/callback?code=x`, { headers })).status).toBe(400);
    expect(await opens(cookie)).toBe(true);
  });

  test("takes too long after fifteen minutes", async () => {
    const browser = personBrowser();
    await browser.open(`${web.url}/sign-in`);
    clock.advance(16 * 60 * 1000);
    const late = await browser.submit("/interaction/", ada());
    expect([late.status, browser.cookies.has(cookieName())]).toEqual([400, false]);
  });
});

describe("a session ends", () => {
  test("after two hours without a request, and after twelve hours in any case", async () => {
    const [idle, used] = [await cookieOf("ada"), await cookieOf("ada")];
    for (let hours = 0; hours < 11; hours += 1) {
      clock.advance(60 * 60 * 1000);
      expect(await opens(used)).toBe(true);
    }
    expect(await opens(idle)).toBe(false);
    clock.advance(61 * 60 * 1000);
    expect(await opens(used)).toBe(false);
  });

  test("by sign-out, here and at the provider: the cookie is dead and the next sign-in asks for the password", async () => {
    const { browser } = await signInAs(web.url, person("bjorn"));
    const cookie = browser.cookies.get(cookieName()) ?? "";
    await browser.open(`${web.url}/none`);
    const asked = await browser.submit("/sign-out");
    expect(asked.text).toContain("Sign out of the sign-in page as well?");
    const out = await browser.submit("/session/end", { logout: "yes" });
    expect(out.url.href).toBe(`${web.url}/signed-out`);
    expect(await opens(cookie)).toBe(false);
    expect((await browser.open(`${web.url}/sign-in`)).text).toContain('type="password"');
  });

  test("when an admin ends all of a person's sessions; others stay", async () => {
    const [first, second, other] = [await cookieOf("ada"), await cookieOf("ada"), await cookieOf("bjorn")];
    clock.advance(1000);
    await endSessions(stores(), { person: person("ada").id, by: { id: "grace", name: "Grace" } });
    expect([await opens(first), await opens(second), await opens(other)]).toEqual([false, false, true]);
    clock.advance(1000);
    expect(await opens(await cookieOf("ada"))).toBe(true);
  });

  test("when an admin blocks the person, who cannot sign in again until unblocked", async () => {
    const by = { id: "grace", name: "Grace" };
    const cookie = await cookieOf("bjorn");
    await setBlocked(stores(), { person: person("bjorn").id, blocked: true, by });
    expect(await opens(cookie)).toBe(false);
    const refused = await signInAs(web.url, person("bjorn"));
    expect([refused.shown.status, refused.browser.cookies.has(cookieName())]).toEqual([403, false]);
    await setBlocked(stores(), { person: person("bjorn").id, blocked: false, by });
    clock.advance(1000);
    expect(await opens(await cookieOf("bjorn"))).toBe(true);
    expect(await opens(cookie)).toBe(false);
  });

  test("forged cookies open nothing: another person's id, a pending sign-in's value, garbage", async () => {
    const ada = await cookieOf("ada");
    const grace = Buffer.from(person("grace").id).toString("base64url");
    const pending = personBrowser();
    await pending.open(`${web.url}/sign-in`);
    const forged = [
      `${grace}.${ada.split(".")[1]}`,
      `${ada.split(".")[0]}.${"A".repeat(43)}`,
      pending.cookies.get(`${cookieName()}-sign-in`) ?? "",
      ada.slice(0, -1),
      "x".repeat(8000),
      "",
    ];
    for (const cookie of forged) expect(await opens(cookie)).toBe(false);
  });
});

describe("the audit", () => {
  test("knows sign-ins, sign-outs, refused sign-ins, ended sessions and blocks, never an address or a cookie", async () => {
    const { Items = [] } = await provisioned.db.send(new ScanCommand({ TableName: names.tables.audit }));
    const actions = new Set(Items.map(({ action }) => action));
    for (const action of [
      "sign-in",
      "sign-out",
      "refused-sign-in",
      "end-sessions",
      "block-person",
      "unblock-person",
    ])
      expect(actions).toContain(action);
    expect(JSON.stringify(Items)).not.toMatch(/@example\.org/);
  });
});

test("a sign-in leads back to our own pages only", () => {
  const origin = "https://files.example.org";
  const to = (asked: string | undefined) => safeReturnTo(asked, origin);
  expect(to("/files?sort=name&dir=up")).toBe("/files?sort=name&dir=up");
  expect(to("/files/../log")).toBe("/log");
  const elsewhere = [
    undefined,
    "",
    "files",
    "//evil.example",
    "/\\evil.example",
    "/..//evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/sign-in?returnTo=/sign-in",
    "/sign-out",
    "/%0d%0aSet-Cookie:x".repeat(100),
  ];
  expect(elsewhere.map(to)).toEqual(elsewhere.map(() => "/"));
});
