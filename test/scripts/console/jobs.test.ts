// Jobs, groups and the search in the console over HTTP, with rows in a real DynamoDB, and what each page reads.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attentionOf, endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
/** Its rows are only read. */
let console_: TestConsole;
/** Begins with the same rows; tests that need more write them here. */
let own: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "jobs", jobKinds);
  own = await startConsole(provisioned, "jobs-own", jobKinds);
  await Promise.all([fill(console_), fill(own)]);
});
afterAll(async () => {
  await console_.close();
  await own.close();
  await provisioned.close();
});

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const digest = (index: number) => String(index).padStart(39, "0") + (index % 16).toString(16);

/** 120 completed jobs in two groups, a waiting one, a rejected one, and a dead one. */
async function fill({ names }: TestConsole): Promise<void> {
  const put = (id: string, more: Record<string, unknown>) =>
    putJob(provisioned, names, `resize-image/${id}`, more);
  await Promise.all(
    Array.from({ length: 120 }, (_, index) =>
      put(digest(index), {
        ...{ status: "completed", group: `g-${index % 2}`, owner: `w-${index % 3}` },
        ...{ enqueuedAt: at(index), endedAt: at(index + 1), updatedAt: at(index + 1) },
      }),
    ),
  );
  const open = { endedAt: undefined, endedShard: undefined };
  const undefinedOut = (row: Record<string, unknown>) =>
    JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
  const row = (id: string, more: Record<string, unknown>) => ({
    ...{
      jobId: `resize-image/${id}`,
      kind: "resize-image",
      group: "held",
      fence: 2,
      interruptions: 0,
      redrives: 0,
    },
    ...{ updatedAt: at(200), enqueuedAt: at(190) },
    ...more,
  });
  for (const item of [
    row("aa", {
      ...open,
      ...{
        status: "waiting",
        lastError: "Error: no route",
        attention: attentionOf("resize-image", "waiting"),
      },
      attentionAt: at(200),
    }),
    row("bb", {
      ...{ status: "rejected", code: "not-a-picture", reason: "This is a PDF.", group: "other" },
      ...{ attention: attentionOf("resize-image", "rejected"), attentionAt: at(201), endedAt: at(201) },
    }),
    row("cc", {
      ...{
        status: "dead-lettered",
        cause: "it failed",
        group: "dead",
        deadKind: "resize-image",
        deadAt: at(202),
      },
      ...{ endedAt: at(202), enqueuedAt: at(195) },
    }),
  ])
    await provisioned.db.send(new PutCommand({ TableName: names.tables.jobs, Item: undefinedOut(item) }));
}

type Listed = {
  jobs: { jobId: string; status: string; reason: string | null; worker: string }[];
  next: string | null;
};

const get = (path: string, { url } = console_) => fetch(url + path, { redirect: "manual" });
const getOwn = (path: string) => get(path, own);
const json = async (path: string) => (await (await get(`/api${path}`)).json()) as Listed;
const putOwn = (jobId: string, more: Record<string, unknown>) => putJob(provisioned, own.names, jobId, more);
const readsOf = (answer: Response) =>
  Number(/"(\d+) reads"/.exec(answer.headers.get("server-timing") ?? "")?.[1]);

test("ended jobs of a kind come newest first and once, page by page, with at most twenty reads each", async () => {
  const seen: string[] = [];
  let path: string | undefined = "/jobs?state=ended&kind=resize-image";
  let pages = 0;
  while (path !== undefined) {
    const answer: Response = await get(`/api${path}`);
    expect(readsOf(answer)).toBeLessThanOrEqual(20);
    const { jobs, next } = (await answer.json()) as Listed;
    seen.push(...jobs.map(({ jobId }) => jobId));
    path = next === null ? undefined : `/jobs?state=ended&kind=resize-image&before=${next}`;
    pages += 1;
  }
  expect(pages).toBeGreaterThan(2);
  expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => `resize-image/${digest(119 - index)}`));
});

test.each([
  ["waiting", "resize-image/aa", "Error: no route"],
  ["rejected", "resize-image/bb", "This is a PDF."],
  ["dead", "resize-image/cc", "it failed"],
])(
  "%s jobs of all kinds are one list, with their reason, in at most twenty reads",
  async (state, jobId, reason) => {
    const answer = await get(`/jobs?state=${state}`);
    expect(readsOf(answer)).toBeLessThanOrEqual(20);
    expect(await answer.text()).toContain(reason);
    expect((await json(`/jobs?state=${state}`)).jobs).toMatchObject([{ jobId, reason }]);
  },
);

test("a list is narrowed by worker and by reason, and says how much it looked at", async () => {
  const { jobs } = await json("/jobs?state=ended&kind=resize-image&worker=w-1");
  expect(new Set(jobs.map(({ worker }) => worker))).toEqual(new Set(["w-1"]));
  expect(jobs.length).toBeGreaterThan(30);
  expect((await json("/jobs?state=rejected&reason=PDF")).jobs).toHaveLength(1);
  expect((await json("/jobs?state=rejected&reason=gif")).jobs).toHaveLength(0);
  const page = await (await get("/jobs?state=ended&kind=resize-image&reason=gif")).text();
  expect(page).toContain("0 jobs of 120 that were looked at");
});

test.each([
  ["/jobs?state=no", "state: "],
  ["/jobs?kind=no", "kind: there is no"],
  ["/jobs?from=yesterday", "from: takes a date and time"],
  ["/groups?kind=no&group=g", "kind and group"],
])("%s is refused with one sentence", async (path, error) => {
  const answer = await get(`/api${path}`);
  expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(error) }]);
  expect((await get(path)).status).toBe(400);
});

test("a group's page says who is first, why it waits, and lists its jobs in five reads", async () => {
  const answer = await get("/groups?kind=resize-image&group=held");
  const page = (await answer.text()).replace(/\s+/g, " ");
  expect(readsOf(answer)).toBeLessThanOrEqual(5);
  for (const text of [
    ...["its first job waits for its next run", "Error: no route", "/jobs/resize-image/aa"],
    ...[
      "2 runs so far",
      "No other job of the group has run and waits again",
      "SQS counts messages of a queue",
    ],
  ])
    expect(page).toContain(text);
  const long = (await (await get("/api/groups?kind=resize-image&group=g-1")).json()) as Listed;
  expect(long.jobs[0]?.jobId).toBe(`resize-image/${digest(119)}`);
  expect([long.jobs.length, typeof long.next]).toEqual([50, "string"]);
});

test.each([
  ["resize-image/aa", "/jobs/resize-image/aa"],
  ["aa", "/jobs/resize-image/aa"],
  ["g-0", "/groups?kind=resize-image&group=g-0"],
])("the search for %s leads to %s", async (text, address) => {
  const answer = await get(`/search?${new URLSearchParams({ q: text })}`);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, address]);
  expect(readsOf(answer)).toBeLessThanOrEqual(7);
});

test("a search without a result says what can be looked up; an unknown job is 404", async () => {
  expect(await (await get("/search?q=nothing")).text()).toContain("Nothing is called");
  expect((await get("/jobs/resize-image/none")).status).toBe(404);
  expect((await get(`/jobs/resize-image/${"x".repeat(3000)}`)).status).toBe(404);
});

test("what may name a person stays masked in page and JSON unless it is asked for", async () => {
  const result = { subject: "My story", author: "ann@example.org", reference: "K7Q2-9MPD" };
  await putOwn("parse-mail/1", {
    kind: "parse-mail",
    status: "completed",
    result,
  });
  for (const path of [
    "/jobs/parse-mail/1",
    "/api/jobs/parse-mail/1",
    "/api/jobs?state=ended&kind=parse-mail",
  ]) {
    const text = await (await getOwn(path)).text();
    expect(text).not.toContain("My story");
    expect(text).not.toContain("ann@example.org");
  }
  expect(await (await getOwn("/jobs/parse-mail/1")).text()).toContain("K7Q2-9MPD");
  expect(await (await getOwn("/jobs/parse-mail/1?reveal=1")).text()).toContain("My story");
});

test("addresses of people are masked in lists, groups and reasons, in page and JSON, and links do not carry them", async () => {
  const person = "ann@example.org";
  await putOwn("store-file/1", {
    ...{ kind: "store-file", status: "dead-lettered", cause: `no mail to ${person}`, group: person },
    ...{ deadKind: "store-file", deadAt: at(1), owner: "w-1" },
  });
  const masked = [
    "/jobs?state=dead&kind=store-file",
    "/api/jobs?state=dead&kind=store-file",
    "/jobs/store-file/1",
    "/groups?kind=store-file&job=store-file/1",
    "/api/groups?kind=store-file&job=store-file/1",
    "/api/jobs/ids?state=dead&kind=store-file",
  ];
  for (const path of masked) {
    const answer = await getOwn(path);
    expect([answer.status, path]).toEqual([200, path]);
    expect(await answer.text(), path).not.toContain(person);
  }
  expect(await (await getOwn("/jobs?state=dead&kind=store-file")).text()).toContain(
    "/groups?kind=store-file&amp;job=store-file%2F1",
  );
  for (const path of masked.slice(0, 5))
    expect(await (await getOwn(`${path}${path.includes("?") ? "&" : "?"}reveal=1`)).text(), path).toContain(
      person,
    );
});

test("a job's page shows what it was given, masked, and links to the jobs before and after it", async () => {
  const payload = JSON.stringify({ mailId: "7", recipient: "Ann", key: "inbox/a.eml" });
  await putOwn("parse-mail/cause", { kind: "parse-mail", status: "completed", result: {} });
  await putOwn("send-mail/1", {
    ...{ kind: "send-mail", status: "rejected", reason: "no", payload, causedBy: "parse-mail/cause" },
    endedShard: endedShard("send-mail", "send-mail/1"),
  });
  await putOwn("parse-mail/9", {
    ...{ kind: "parse-mail", status: "completed", result: {}, followUps: ["send-mail/1", "send-mail/gone"] },
  });
  const child = (await (await getOwn("/jobs/send-mail/1")).text()).replace(/\s+/g, " ");
  expect(child).toContain("inbox/a.eml");
  expect(child).not.toContain("Ann");
  expect(child).toContain('follows from <a class="name" href="/jobs/parse-mail/cause">');
  const answer = await getOwn("/jobs/parse-mail/9");
  expect(readsOf(answer)).toBeLessThanOrEqual(3);
  const parent = (await answer.text()).replace(/\s+/g, " ");
  expect(parent).toContain('led to <a class="name" href="/jobs/send-mail/1">');
  expect(parent).toContain("no worker has received it yet");
  expect(parent).toContain("This one succeeded without a failure");
  const json_ = (await (await getOwn("/api/jobs/parse-mail/9")).json()) as Record<string, unknown>;
  expect(json_).toMatchObject({ payload: null, followUps: [{ status: "rejected" }, { status: null }] });
});

test("a list is narrowed by outcome and by part of a name, and its filter is in the address of every next page", async () => {
  const key = "inbox/holiday-7.jpg";
  await putOwn("resize-image/77", {
    ...{ status: "completed", endedAt: at(300), result: { key } },
  });
  const names = async (query: string) =>
    ((await (await getOwn(`/api/jobs?state=ended&kind=resize-image&${query}`)).json()) as Listed).jobs.map(
      ({ jobId }) => jobId,
    );
  expect(await names("name=holiday-")).toEqual(["resize-image/77"]);
  expect(await names("name=g-1")).not.toContain("resize-image/77");
  expect((await names("name=g-1")).length).toBeGreaterThan(30);
  await putOwn("resize-image/99", { status: "rejected", reason: "no" });
  expect(await names("outcome=rejected")).toEqual(["resize-image/99"]);
  expect((await getOwn("/jobs?state=ended&kind=resize-image&outcome=lost")).status).toBe(400);
  const page = await (await getOwn("/jobs?state=ended&kind=resize-image&outcome=completed&name=g-")).text();
  expect(page).toMatch(/outcome=completed&amp;name=g-&amp;before=[^"]+" rel="next"/);
});

test("the ids of a list are exported once each as JSON lines, beyond its first page", async () => {
  const answer = await get("/api/jobs/ids?state=ended&kind=resize-image&outcome=completed");
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  const ids = (await answer.text())
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { jobId: string }).jobId);
  expect(ids.length).toBeGreaterThanOrEqual(120);
  expect(new Set(ids).size).toBe(ids.length);
});

test("markup in a reason, a group or a worker's name is shown as text", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  await putOwn("log-words/1", {
    ...{ kind: "log-words", status: "dead-lettered", cause: evil, group: evil, owner: evil },
    ...{ deadKind: "log-words", deadAt: at(1) },
  });
  for (const path of ["/jobs?state=dead&kind=log-words", "/jobs/log-words/1"])
    expect(await (await getOwn(path)).text()).not.toContain("<img src=x");
});

test("a job with a mail's reference is called by it, and leads to its submission", async () => {
  const id = "c".repeat(32);
  const result = { reference: "K7Q2-9MPD", submissionId: id, parts: 1 };
  await putOwn("parse-mail/a1", {
    kind: "parse-mail",
    status: "completed",
    result,
    endedShard: endedShard("parse-mail", "parse-mail/a1"),
    followUps: ["send-mail/m"],
  });
  const sent = { reference: "K7Q2-9MPD", purpose: "confirmation" };
  await putOwn("send-mail/m", {
    kind: "send-mail",
    status: "completed",
    result: sent,
    causedBy: "parse-mail/a1",
  });
  const page = await (await getOwn("/jobs/parse-mail/a1")).text();
  expect(page).toContain("<h1>Submission K7Q2-9MPD</h1>");
  expect(await (await getOwn("/results?kind=parse-mail")).text()).toContain(">Submission K7Q2-9MPD<");
  expect(page).toContain(`href="/submissions/${id}"`);
  expect(page).toContain('led to <a class="name" href="/jobs/send-mail/m">Mail K7Q2-9MPD: confirmation</a>');
});

test("what can be done with all dead letters of a list is offered where an action means the same ones", async () => {
  const offers = async (query: string, from = console_) =>
    [
      ...(await (await get(`/jobs?state=dead${query}`, from)).text()).matchAll(/href="(\/actions\/[^"]+)"/g),
    ].map(([, address]) => address);
  const meant = "kind=resize-image&amp;reason=failed";
  expect(await offers("&kind=resize-image&reason=failed")).toEqual([
    `/actions/redrive?${meant}`,
    `/actions/discard?${meant}`,
  ]);
  for (const narrower of ["", "&kind=resize-image&name=dead", "&kind=resize-image&reason=none"])
    expect([narrower, await offers(narrower)]).toEqual([narrower, []]);
  const looking = await startConsole(provisioned, "jobs", jobKinds, { readOnly: true });
  expect(await offers("&kind=resize-image", looking)).toEqual([]);
  await looking.close();
  const group = await (await get("/groups?kind=resize-image&group=dead")).text();
  expect(group).toContain('href="/actions/redrive?kind=resize-image&amp;group=dead"');
});
