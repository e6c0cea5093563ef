// What the console shows of albums: contact sheets with their pictures, and the owners of its forms.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { until } from "../../support/until.ts";

let provisioned: Provisioned;
let page: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  page = await startConsole(provisioned, "console-albums", ["resize-image", "contact-sheet"]);
});
afterAll(async () => {
  await page.close();
  await provisioned.close();
});

const sheet = {
  bucket: "sheets",
  key: "folders/trip/20.png",
  versionId: "v7",
  width: 1616,
  height: 844,
  contentType: "image/png",
  album: "trip",
  threshold: 20,
  shown: 8,
  missing: 2,
};
const putSheet = (digit: string, more: Record<string, unknown> = {}) => {
  const jobId = `contact-sheet/${digit}`;
  const kind = "contact-sheet";
  const ended = { kind, endedShard: endedShard(kind, jobId), status: "completed" };
  return putJob(provisioned, page.names, jobId, { ...ended, result: { ...sheet, ...more } });
};

/** The page, once it shows something. Reads are shared for half a second. */
const pageWith = (text: string) =>
  until(`a page with ${text}`, async () => {
    const html = await (await fetch(`${page.url}/results?kind=contact-sheet`)).text();
    return html.includes(text) && html;
  });

test("a contact sheet is shown with its album, its threshold, what is missing, and its picture", async () => {
  await putSheet("a1");
  const text = await pageWith("Contact sheet at 20 pictures");
  expect(text).toContain("contact-sheet</a> · trip");
  expect(text).toContain("8 shown, 2 no longer there");
  expect(text).toContain('<img src="/results/contact-sheet/a1"');
});

test("its path redirects to exactly the committed version", async () => {
  await putSheet("a2");
  const answer = await fetch(`${page.url}/results/contact-sheet/a2`, { redirect: "manual" });
  const target = new URL(answer.headers.get("location") ?? "");
  expect([target.pathname, target.searchParams.get("versionId")]).toEqual([
    "/sheets/folders/trip/20.png",
    "v7",
  ]);
});

test("markup in an album's name is shown as text", async () => {
  await putSheet("a3", { album: "<img src=x onerror=alert(1)>" });
  const text = await pageWith("&lt;img src=x onerror=alert(1)&gt;");
  expect(text).not.toContain("<img src=x");
});

test("the owner of a form is stored before the form is returned", async () => {
  const answer = await fetch(`${page.url}/api/uploads`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "a.png", type: "image/png", size: 10 }),
  });
  const { key } = (await answer.json()) as { key: string };
  const { buckets, tables } = page.names;
  const get = new GetCommand({ TableName: tables.uploads, Key: { id: `${buckets.uploads}/${key}` } });
  const { Item } = await provisioned.db.send(get);
  expect(Item).toMatchObject({ bucket: buckets.uploads, key, owner: "console" });
  expect(Number(Item?.expiresAt) * 1000).toBeGreaterThan(Date.now() + 24 * 60 * 60 * 1000);
});
