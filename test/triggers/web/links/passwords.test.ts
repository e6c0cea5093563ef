// Passwords of links at their full cost: a flood of guesses waits in line, and pages do not wait behind it.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLane } from "../../../../triggers/web/links/lane.ts";
import { openPasswords } from "../../../../triggers/web/links/passwords.ts";
import { TooBusy } from "../../../../triggers/web/refusals.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { storeFileFor } from "../../../support/stored-files.ts";
import { until } from "../../../support/until.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let anna: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  const names = await provisioned.provision("passwords-test");
  web = createTestWeb(provisioned, names, { parts: { passwords: openPasswords(randomBytes) } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
});

afterAll(() => provisioned.close());

/** Settings of scrypt that OWASP's password storage cheat sheet holds to be equally strong: N and p, each with r = 8. */
const owasp = new Map([
  [2 ** 17, 1],
  [2 ** 16, 2],
  [2 ** 15, 3],
  [2 ** 14, 5],
  [2 ** 13, 10],
]);

const use = ({ request }: TestWeb, path: string, password: string) =>
  request(path, {
    method: "POST",
    body: new URLSearchParams({ password }),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

async function guardedLink(): Promise<string> {
  const { id } = await storeFileFor(web.deps, { owner: "anna", name: "a.txt" });
  const answer = await anna.send("POST", `/api/v1/files/${id}/links`, { password: "right one" });
  return new URL(((await answer.json()) as { url: string }).url).pathname;
}

const unknown = () => `/l/${randomBytes(16).toString("base64url")}`;

test("a password is hashed with settings that OWASP recommends, and only it matches", async () => {
  const { passwords } = web.deps;
  const stored = await passwords.hash("right one");
  const { N, r, p } = stored.params;
  expect([r, p]).toEqual([8, owasp.get(Number(N))]);
  expect(await passwords.matches(stored, "right one")).toBe(true);
  expect(await passwords.matches(stored, "right two")).toBe(false);
  expect(await passwords.matches(undefined, "")).toBe(false);
});

test("a page is answered while guesses wait for their turn", async () => {
  let answered = 0;
  const guesses = Array.from({ length: 8 }, async () => {
    const { status } = await use(web, unknown(), "guess");
    answered += 1;
    return status;
  });
  expect((await anna.get("/files")).status).toBe(200);
  expect(answered).toBeLessThan(8);
  expect(new Set(await Promise.all(guesses))).toEqual(new Set([404]));
});

test("more guesses than can wait are refused alike, for a link and for none, and cost the link no try", async () => {
  const guarded = await guardedLink();
  const lane = openLane(1, () => new TooBusy());
  const { promise: gate, resolve: open } = Promise.withResolvers<boolean>();
  let taken = 0;
  const matches = () => {
    taken += 1;
    return lane(() => gate);
  };
  const busy = createTestWeb(provisioned, web.deps.names, {
    parts: { passwords: { ...web.deps.passwords, matches } },
  });
  const guesses = [use(busy, unknown(), "guess"), use(busy, unknown(), "guess")];
  await until("the lane to be full", () => taken === 2);
  const refused = [];
  for (const path of [guarded, unknown()]) {
    const answer = await use(busy, path, "wrong");
    refused.push([answer.status, await answer.text()]);
  }
  expect(refused[0]?.[0]).toBe(503);
  expect(refused[0]).toEqual(refused[1]);
  open(false);
  expect((await Promise.all(guesses)).map(({ status }) => status)).toEqual([404, 404]);
  for (let tried = 0; tried < 10; tried += 1) expect((await use(busy, guarded, "wrong")).status).toBe(403);
  expect((await use(busy, guarded, "wrong")).status).toBe(429);
});

test("a lane does one piece of work at a time, in order, goes on after failures, and refuses what is too much", async () => {
  const lane = openLane(2, () => new Error("full"));
  const order: string[] = [];
  let running = 0;
  const work = (name: string, fails = false) =>
    lane(async () => {
      running += 1;
      order.push(`${name}${running}`);
      await new Promise((resume) => setImmediate(resume));
      running -= 1;
      if (fails) throw new Error(name);
      return name;
    }).catch((error: Error) => error.message);
  expect(await Promise.all([work("a", true), work("b"), work("c"), work("d")])).toEqual([
    "a",
    "b",
    "c",
    "full",
  ]);
  expect(order).toEqual(["a1", "b1", "c1"]);
  expect(await work("e")).toBe("e");
});
