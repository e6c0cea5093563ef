// Submissions in the console over HTTP: lists, one with its parts, and decisions by the desk's code, with rows in a real DynamoDB.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStory } from "../../../scripts/desk/story.ts";
import { startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let console_: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "submissions");
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});

const idOf = (n: number) => n.toString(16).padStart(32, "0");
const pile = () => ({ db: provisioned.db, table: console_.names.tables.submissions });
const stateOf = async (n: number) => (await findStory(pile(), { id: idOf(n) })).state;

/** Writes a submission as the job does. */
async function put(n: number, more: Record<string, unknown> = {}): Promise<void> {
  const part = {
    n: 1,
    key: `submissions/${idOf(n)}/1`,
    role: "attachment",
    contentType: "text/html",
    bytes: 7,
  };
  const Item = {
    ...{ id: idOf(n), reference: `AAAA-${String(n).padStart(4, "0")}`, state: "unread" },
    receivedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
    ...{ author: "ann@example.org", authorName: "Ann", subject: "My story", writtenBy: "parse-mail/1" },
    ...{ bucket: console_.names.buckets.parts, parts: [{ ...part, sha256: "0", name: "ann's story.html" }] },
    ...more,
  };
  await provisioned.db.send(new PutCommand({ TableName: pile().table, Item }));
}

const get = (path: string) => fetch(console_.url + path, { redirect: "manual" });
const post = (path: string, fields: [string, string][]) =>
  fetch(console_.url + path, {
    ...{ method: "POST", redirect: "manual" },
    headers: { "content-type": "application/x-www-form-urlencoded", origin: console_.url },
    body: new URLSearchParams(fields).toString(),
  });

test("a list has the oldest first, fifty to a page, in one read each, and masks who wrote what", async () => {
  for (let n = 100; n < 160; n += 1) await put(n, { state: "accepted" });
  const seen: string[] = [];
  let path: string | undefined = "/submissions?state=accepted";
  while (path !== undefined) {
    const answer: Response = await get(path);
    expect(answer.headers.get("server-timing")).toContain('store;desc="1 reads"');
    const text = await answer.text();
    expect(text).not.toMatch(/ann@example|My story|>Ann</);
    seen.push(...[...text.matchAll(/>(AAAA-\d{4})</g)].map(([, reference = ""]) => reference));
    path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => `AAAA-0${100 + index}`));
  expect(await (await get("/submissions?state=accepted&reveal=1")).text()).toContain("My story");
});

test("a submission's page has its parts, which are saved and never shown, and links its job", async () => {
  await put(1);
  const text = await (await get(`/submissions/${idOf(1)}`)).text();
  for (const shown of ["AAAA-0001", "/jobs/parse-mail/1", `/submissions/${idOf(1)}/parts/1`])
    expect(text).toContain(shown);
  expect(text).not.toMatch(/ann@example|My story|ann&#39;s story/);
  const part = await get(`/submissions/${idOf(1)}/parts/1`);
  const target = new URL(part.headers.get("location") ?? "");
  expect(part.status).toBe(302);
  expect(target.searchParams.get("response-content-disposition")).toMatch(/^attachment/);
  expect(target.searchParams.get("response-content-type")).toBe("application/octet-stream");
  for (const path of [`/submissions/${idOf(1)}/parts/2`, `/submissions/${idOf(99)}`, "/submissions/no"])
    expect((await get(path)).status, path).toBe(404);
});

test("decisions go the desk's way, by the desk's rules, and are in the submission's history", async () => {
  await put(2);
  const to = (state: string) =>
    post("/submissions/state", [
      ["id", idOf(2)],
      ["to", state],
    ]);
  const refused = await to("accepted");
  expect([refused.status, await refused.text()]).toEqual([
    409,
    expect.stringContaining("cannot become accepted"),
  ]);
  expect((await to("reading")).status).toBe(303);
  expect((await to("accepted")).status).toBe(303);
  const { state, history } = await findStory(pile(), { id: idOf(2) });
  expect([state, history.map(({ to: step, by }) => [step, by])]).toEqual([
    "accepted",
    [
      ["reading", "ann"],
      ["accepted", "ann"],
    ],
  ]);
});

test("several are declined at once after a preview that says which, and decided ones stay as they are", async () => {
  for (const n of [3, 4]) await put(n);
  await put(5, { state: "accepted" });
  const ids = [3, 4, 5].map((n): [string, string] => ["id", idOf(n)]);
  const preview = await (await get(`/submissions/decline?${new URLSearchParams(ids)}`)).text();
  expect(preview).toContain("2 submissions</strong> would be declined");
  expect(preview).toContain("AAAA-0005 is accepted: it stays so");
  expect(preview).toContain("No mail is sent");
  expect([await stateOf(3), await stateOf(4)]).toEqual(["unread", "unread"]);
  expect((await post("/submissions/decline", ids.slice(0, 2))).status).toBe(303);
  expect([await stateOf(3), await stateOf(4), await stateOf(5)]).toEqual([
    "declined",
    "declined",
    "accepted",
  ]);
});

test.each([
  ["/submissions?state=lost", "state: takes one of unread"],
  ["/submissions?after=x", "after: takes the cursor of a page"],
])("%s is refused with one sentence", async (path, error) => {
  const answer = await get(path);
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(error)]);
});
