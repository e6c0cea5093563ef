// Submissions in the console over HTTP: lists, one with its parts, and decisions by the desk's code, with rows in a real DynamoDB.
import { GetCommand, PutCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStory } from "../../../scripts/desk/story.ts";
import { outgoingMailId, outgoingMailSchema } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { compose, readSubmissionRow } from "../../../worker/jobs/mail/send-mail/compose.ts";
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
  expect(preview).toContain("0 mails</strong> sent");
  expect([await stateOf(3), await stateOf(4)]).toEqual(["unread", "unread"]);
  expect((await post("/submissions/decline", ids.slice(0, 2))).status).toBe(303);
  expect([await stateOf(3), await stateOf(4), await stateOf(5)]).toEqual([
    "declined",
    "declined",
    "accepted",
  ]);
});

/** A submission whose author got a confirmation at an address of the envelope, unless `why` withheld it. */
async function putAnswered(
  n: number,
  { why, ...mail }: { why?: string; state?: string } = {},
): Promise<void> {
  const mailId = outgoingMailId(idOf(n), "confirmation");
  const confirmation = why === undefined ? { decision: "planned", mailId } : { decision: "withheld", why };
  const receipt = { source: `envelope${n}@example.org` };
  await put(n, { confirmation, receipt, subject: `Story ${n}`, facts: { messageId: `<${n}@example.org>` } });
  if (why !== undefined) return;
  const at = "2026-01-01T00:00:00.000Z";
  await mails.put({
    ...{ id: mailId, purpose: "confirmation", submissionId: idOf(n), reference: `AAAA-${n}`, round: 1 },
    ...{ to: `envelope${n}@example.org`, state: "sent", createdAt: at, updatedAt: at, ...mail },
  });
}

const mails = {
  put: (Item: Record<string, unknown>) =>
    provisioned.db.send(new PutCommand({ TableName: console_.names.tables.outgoingMails, Item })),
  declined: async (n: number) => {
    const Key = { id: outgoingMailId(idOf(n), "declined") };
    return (
      await provisioned.db.send(new GetCommand({ TableName: console_.names.tables.outgoingMails, Key }))
    ).Item;
  },
};

const outbox = async () =>
  (await provisioned.db.send(new ScanCommand({ TableName: console_.names.tables.outbox }))).Items ?? [];

test("each author's mail is previewed as it will be sent, and goes only where the confirmation went", async () => {
  for (const n of [20, 21]) await putAnswered(n);
  await putAnswered(22, { why: "unauthenticated" });
  await putAnswered(23, { why: "answered-lately" });
  await putAnswered(24, { state: "rejected" });
  const fields = [20, 21, 22, 23, 24].map((n): [string, string] => ["id", idOf(n)]);
  fields.push(["template", "short"]);
  const address = `/submissions/decline?${new URLSearchParams(fields)}`;
  const answer = await get(address);
  expect(answer.headers.get("server-timing")).toContain('store;desc="3 reads"');
  const masked = await answer.text();
  expect(masked).toContain("3 mails</strong> sent");
  expect(masked).not.toMatch(/envelope|Story 20/);
  const preview = await (await get(`${address}&reveal=1`)).text();
  for (const shown of [
    ...["envelope20@example.org", "Your subject:   Story 20", "envelope23@example.org"],
    ...["does not vouch for the author", "could not be delivered", "Decline 5 and send 3 mails"],
  ])
    expect(preview).toContain(shown);
  const text = /aria-label="Mail to the author of AAAA-0020">([^<]+)</.exec(preview)?.[1];
  expect((await post("/submissions/decline", fields)).headers.get("location")).toBe(
    "/submissions?state=declined&declined=5&mails=3",
  );
  const [sent, none] = [await mails.declined(20), await mails.declined(22)];
  expect(sent).toMatchObject({
    to: "envelope20@example.org",
    state: "planned",
    template: "short",
    purpose: "declined",
  });
  expect(none).toBeUndefined();
  const job = (await outbox()).find(({ payload }) => String(payload).includes(String(sent?.id)));
  expect(job).toMatchObject({ kind: "send-mail" });
  const row = { receivedAt: "", facts: {}, parts: [], subject: "Story 20" };
  const settings = { address: "desk@example.org", aliases: [], answer: "any" } as const;
  const about = { submission: readSubmissionRow(row) };
  const raw = await compose(outgoingMailSchema.parse(sent), about, settings, 0);
  expect((await simpleParser(raw)).text).toBe(text);
});

test("an author is told once, whatever happens to the submission afterwards", async () => {
  await putAnswered(30);
  const fields: [string, string][] = [
    ["id", idOf(30)],
    ["template", "no-room"],
  ];
  await post("/submissions/decline", fields);
  await post("/submissions/state", [
    ["id", idOf(30)],
    ["to", "reading"],
  ]);
  const preview = await (await get(`/submissions/decline?${new URLSearchParams(fields)}`)).text();
  expect(preview).toContain("has been written to already");
  await post("/submissions/decline", fields);
  expect(await stateOf(30)).toBe("declined");
  const id = (await mails.declined(30))?.id;
  expect((await outbox()).filter(({ payload }) => String(payload).includes(String(id)))).toHaveLength(1);
});

test("of those that another editor changed meanwhile none is declined, and the others are; each decision is on record", async () => {
  await putAnswered(40);
  await putAnswered(41);
  await provisioned.db.send(
    new UpdateCommand({
      ...{ TableName: pile().table, Key: { id: idOf(41) }, UpdateExpression: "SET #state = :s, editor = :e" },
      ...{ ExpressionAttributeNames: { "#state": "state" } },
      ExpressionAttributeValues: { ":s": "reading", ":e": "bob" },
    }),
  );
  const answer = await post("/submissions/decline", [
    ["id", idOf(41)],
    ["id", idOf(40)],
    ["template", "short"],
  ]);
  expect([answer.status, await answer.text()]).toEqual([
    409,
    expect.stringContaining("is being read by bob"),
  ]);
  expect([await stateOf(40), await stateOf(41)]).toEqual(["declined", "reading"]);
  expect(await mails.declined(41)).toBeUndefined();
  const { last } = (await (await get("/api/actions")).json()) as {
    last: { action: string; details: object }[];
  };
  const ofThese = last.filter(({ details }) => /AAAA-004[01]/.test(JSON.stringify(details)));
  expect(ofThese.map(({ action, details }) => [action, details])).toEqual([
    [
      "decline-submission",
      expect.objectContaining({ reference: "AAAA-0040", outcome: "done", template: "short" }),
    ],
    ["decline-submission", expect.objectContaining({ reference: "AAAA-0041", outcome: "failed" })],
  ]);
});

test.each([
  ["/submissions?state=lost", "state: takes one of unread"],
  ["/submissions?after=x", "after: takes the cursor of a page"],
])("%s is refused with one sentence", async (path, error) => {
  const answer = await get(path);
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(error)]);
});
