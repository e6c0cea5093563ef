// What an operator does in the console, on real queues and tables: pauses, redrives in portions, discards, and the audit of it.
import { GetQueueUrlCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actionNames } from "../../../scripts/console/actions/fields.ts";
import { readPauses } from "../../../worker/engine/pause/pauses.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { startConsole, type TestConsole } from "../../support/console.ts";
import { dieJob as die } from "../../support/dead-pictures.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let console_: TestConsole;
let names: ResourceNames;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "actions");
  names = console_.names;
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});

const kind = resizeImage.kind;
const urlOf = async (QueueName: string) =>
  (await provisioned.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
const depth = (queue: string) => provisioned.cloud.sqs.metrics(queue).visible;

/** Does an action as JSON. */
async function act(name: string, fields: Record<string, unknown>) {
  const answer = await fetch(`${console_.url}/api/actions/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  return [answer.status, await answer.json()] as const;
}

const last = async () => {
  const answer = await fetch(`${console_.url}/api/actions`);
  return ((await answer.json()) as { last: { action: string; actorName: string; details: object }[] }).last;
};

const dieJob = (key: string, group: string, cause?: string) =>
  die(provisioned, names, { key, group, ...(cause !== undefined && { cause }) });

const pauses = () => readPauses(provisioned.db, { table: names.tables.pauses, fleet: names.fleet });

test("a group is paused and resumed, only it, by name, and both are on record", async () => {
  const why = { kind, group: "g-1", reason: "scans came twice" };
  expect(await act("pause", why)).toEqual([200, expect.objectContaining({ v: 1 })]);
  expect(await pauses()).toMatchObject([{ kind, group: "g-1", pausedBy: "ann" }]);
  const page = await (await fetch(`${console_.url}/actions`)).text();
  expect(page).toContain("Resume g-1");
  expect(page).toContain(": scans came twice");
  expect((await act("resume", { kind, group: "g-1" }))[0]).toBe(200);
  expect(await pauses()).toEqual([]);
  expect((await act("resume", { kind, group: "g-1" }))[0]).toBe(409);
  expect((await last()).slice(0, 3)).toMatchObject([
    { action: "resume-jobs", details: { outcome: "failed", why: expect.stringContaining("is not paused") } },
    { action: "resume-jobs", actorName: "ann", details: { kind, group: "g-1", outcome: "done" } },
    { action: "pause-jobs", actorName: "ann", details: { ...why, outcome: "done" } },
  ]);
});

test("the record of what operators did masks addresses of people, in page and JSON", async () => {
  const person = { kind, group: "ann@example.org" };
  for (const name of ["pause", "resume"]) expect((await act(name, person))[0]).toBe(200);
  for (const path of ["/actions", "/api/actions"])
    expect(await (await fetch(console_.url + path)).text(), path).not.toContain(person.group);
  expect((await last())[0]).toMatchObject({ action: "resume-jobs", details: { group: "•••" } });
});

test("letters go back in portions; each group keeps its order, and the rest stays in the dead-letter queue", async () => {
  const keys = ["a1", "a2", "a3", "b1", "b2", "b3"];
  for (const key of keys) await dieJob(key, key.slice(0, 1));
  const preview = await (await fetch(`${console_.url}/actions/redrive?kind=${kind}`)).text();
  expect(preview.replace(/\s+/g, " ")).toContain("6 dead letters in 2 groups");
  const [dead, queue] = [deadLetterQueueName(names.fleet, kind), queueName(names.fleet, kind)];
  expect(await act("redrive", { kind, most: 4 })).toMatchObject([
    200,
    { did: expect.stringMatching(/^4 jobs/) },
  ]);
  expect([depth(dead), depth(queue)]).toEqual([2, 4]);
  expect(await act("redrive", { kind })).toMatchObject([200, { did: expect.stringMatching(/^2 jobs/) }]);
  expect([depth(dead), depth(queue)]).toEqual([0, 6]);
  const { Messages = [] } = await provisioned.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: await urlOf(queue), MaxNumberOfMessages: 10 }),
  );
  const back = Messages.map(
    ({ Body = "" }) => (JSON.parse(Body) as { payload: { key: string } }).payload.key,
  );
  for (const group of ["a", "b"])
    expect(back.filter((key) => key.startsWith(group))).toEqual(keys.filter((key) => key.startsWith(group)));
  expect((await last())[0]).toMatchObject({ action: "redrive-jobs", details: { jobs: 2, outcome: "done" } });
});

test("one job goes back alone; its page offers it only while its letter is there", async () => {
  const jobId = await dieJob("alone", "c");
  const page = async () => (await fetch(`${console_.url}/jobs/${jobId}`)).text();
  expect(await page()).toContain("Send it back");
  expect((await act("redrive", { kind, group: "c", job: jobId }))[0]).toBe(200);
  expect(await page()).not.toContain("Send it back");
});

test("dead letters are discarded only when the kind is typed", async () => {
  await dieJob("gone", "d");
  const dead = deadLetterQueueName(names.fleet, kind);
  expect(await act("discard", { kind, confirm: "resize" })).toEqual([
    400,
    { error: "confirm: type resize-image to confirm; nothing was deleted" },
  ]);
  expect(depth(dead)).toBe(1);
  expect(await act("discard", { kind, confirm: kind })).toMatchObject([
    200,
    { did: expect.stringMatching(/^1 dead letter/) },
  ]);
  expect(depth(dead)).toBe(0);
});

test("letters whose reason matches go back or are discarded, the others stay in their places", async () => {
  for (const [key, cause] of [
    ["e1", "ENOSPC: no space left"],
    ["e2", "it timed out"],
    ["e3", "ENOSPC: no space left"],
    ["f1", "it timed out"],
  ] as const)
    await dieJob(key, key.slice(0, 1), cause);
  const dead = deadLetterQueueName(names.fleet, kind);
  const preview = await (await fetch(`${console_.url}/actions/redrive?kind=${kind}&reason=ENOSPC`)).text();
  expect(preview.replace(/\s+/g, " ")).toContain("2 dead letters in 1 group");
  expect(await act("redrive", { kind, reason: "ENOSPC" })).toMatchObject([
    200,
    { did: "2 jobs of 1 group sent back." },
  ]);
  expect(depth(dead)).toBe(2);
  expect(await act("redrive", { kind, reason: "no such reason" })).toMatchObject([
    200,
    { did: "Nothing was sent back." },
  ]);
  expect(await act("discard", { kind, reason: "timed out", group: "f", confirm: kind })).toMatchObject([
    200,
    { did: expect.stringMatching(/^1 dead letter/) },
  ]);
  expect((await last())[0]).toMatchObject({
    action: "discard-jobs",
    details: { kind, group: "f", reason: "timed out", jobs: 1, outcome: "done" },
  });
  expect(await act("discard", { kind, confirm: kind, most: 1 })).toMatchObject([
    200,
    { did: expect.stringMatching(/^1 /) },
  ]);
  expect(depth(dead)).toBe(0);
});

test("a size is asked for until its time is over, shown to everyone, and taken back", async () => {
  expect((await act("scale-back", {}))[0]).toBe(409);
  expect((await act("scale", { instances: 3, minutes: 5 }))[0]).toBe(200);
  const answer = await (await fetch(`${console_.url}/api/actions`)).json();
  expect(answer).toMatchObject({ asked: { instances: 3, by: "ann" } });
  expect(await (await fetch(`${console_.url}/actions`)).text()).toContain("<strong>3 asked for</strong>");
  expect((await act("scale-back", {}))[0]).toBe(200);
  expect(await (await fetch(`${console_.url}/api/actions`)).json()).toMatchObject({ asked: null });
  expect((await last()).slice(0, 3).map(({ action }) => action)).toEqual([
    "scale-fleet",
    "scale-fleet",
    "scale-fleet",
  ]);
});

describe("read-only", () => {
  let looking: TestConsole;
  beforeAll(async () => {
    looking = await startConsole(provisioned, "looking", undefined, { readOnly: true });
    await die(provisioned, looking.names, { key: "l1", group: "l" });
  });
  afterAll(() => looking.close());

  test.each(actionNames)("refuses %s as a form and as JSON, leaving no trace", async (name) => {
    const fields = {
      kind,
      group: "l",
      confirm: kind,
      mail: "abcdef",
      looked: "yes",
      instance: "i-0abc",
      instances: "2",
      minutes: "2",
    };
    const json = { "content-type": "application/json" };
    for (const [path, init] of [
      [`/actions/${name}`, { body: new URLSearchParams(fields) }],
      [`/api/actions/${name}`, { body: JSON.stringify(fields), headers: json }],
    ] as const)
      expect([path, (await fetch(looking.url + path, { method: "POST", ...init })).status]).toEqual([
        path,
        403,
      ]);
    const answer = await (await fetch(`${looking.url}/api/actions`)).json();
    expect(answer).toEqual({ v: 1, paused: [], asked: null, last: [] });
    expect(depth(deadLetterQueueName(looking.names.fleet, kind))).toBe(1);
  });

  test("refuses decisions on submissions, and offers none", async () => {
    for (const path of ["/submissions/state", "/submissions/decline"]) {
      const body = new URLSearchParams({ id: "a".repeat(32), to: "declined" });
      expect([path, (await fetch(looking.url + path, { method: "POST", body })).status]).toEqual([path, 403]);
    }
    const preview = await (await fetch(`${looking.url}/submissions/decline`)).text();
    expect(preview).not.toContain('method="post"');
  });

  test("shows what could be done, without one form that does it", async () => {
    for (const path of [
      "",
      "/redrive?kind=resize-image",
      "/discard?kind=resize-image",
      "/purge?kind=resize-image",
      "/mails",
    ]) {
      const page = await (await fetch(`${looking.url}/actions${path}`)).text();
      expect([path, page.includes('method="post"')]).toEqual([path, false]);
    }
  });
});

test.each([
  ["pause", { kind: "nothing" }, 'kind: there is no "nothing"'],
  ["pause", { kind: "__proto__" }, "kind: there is no"],
  ["pause", { kind: "resize-image", group: "a b" }, "group: takes a message group"],
  ["pause", { kind: "resize-image", reason: "x".repeat(201) }, "reason: must have at most 200 characters"],
  ["redrive", { kind: "resize-image", most: 501 }, "most: takes 1 to 500"],
  ["redrive", { kind: "resize-image", most: "x" }, "most: takes a number"],
  ["purge", { kind: "resize-image" }, "confirm: type the job kind"],
  ["discard", { kind: "resize-image", reason: "x".repeat(201) }, "reason: must have at most 200 characters"],
  ["resend", { mail: "abcdef" }, "looked: say yes once you have looked"],
  ["resend", { mail: "x", looked: "yes" }, "mail: takes a mail's id"],
  ["settle", { mail: "abcdef", looked: "no" }, "looked: say yes"],
  ["replay", {}, "streams cannot be read"],
  ["scale", { instances: 0, minutes: 5 }, "instances: takes 1 to 1000"],
  ["scale", { instances: 3, minutes: 1441 }, "minutes: takes 1 to 1440"],
  ["scale", { instances: 2.5, minutes: 5 }, "instances: takes a whole number"],
  ["interrupt", { instance: "x" }, "instance: takes an instance's id"],
  ["interrupt", { instance: "i-0abc" }, "Auto Scaling cannot be asked"],
  ["pause", undefined, "expected object"],
])("%s with %j is refused: %s", async (name, fields, error) => {
  const [status, answer] = await act(name, fields as Record<string, unknown>);
  expect([status, answer]).toEqual([400, { error: expect.stringContaining(error) }]);
});

test("a body that is too large is refused as such, and nothing else minds a large one", async () => {
  const body = "x".repeat(20_000);
  for (const [path, status] of [
    ["/actions/pause", 413],
    ["/api/actions/pause", 413],
    ["/jobs", 404],
  ] as const)
    expect([path, (await fetch(console_.url + path, { method: "POST", body })).status]).toEqual([
      path,
      status,
    ]);
});

test("a page of another site can do nothing: neither by a form nor by JSON", async () => {
  const post = (path: string, headers: Record<string, string>, body: string) =>
    fetch(console_.url + path, { method: "POST", headers, body, redirect: "manual" });
  const form = await post(
    "/actions/pause",
    { origin: "http://evil.example", "content-type": "application/x-www-form-urlencoded" },
    `kind=${kind}`,
  );
  expect(form.status).toBe(403);
  expect(
    (await post("/api/actions/pause", { "content-type": "text/plain" }, JSON.stringify({ kind }))).status,
  ).toBe(400);
  expect(await pauses()).toEqual([]);
});
