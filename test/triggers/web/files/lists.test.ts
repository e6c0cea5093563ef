// Lists of files: own and shared, searched, sorted, page by page, and never those of others.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cursorText } from "../../../../triggers/web/store/cursor.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { loggedCalls } from "../../../support/call-log.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let anna: TestBrowser;
let ben: TestBrowser;
const start = Date.now();

type List = { files: { id: string; name: string }[]; next?: string; partial: boolean };

const kept = [
  { name: "Äpfel.txt", folder: "", bytes: 30 },
  { name: "bericht 10.pdf", folder: "2026", bytes: 10 },
  { name: "bericht 9.pdf", folder: "2026", bytes: 20 },
  { name: "zebra.png", folder: "", bytes: 5 },
  { name: '"><img onerror>', folder: "", bytes: 1 },
];

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("lists-test");
  web = createTestWeb(provisioned, names);
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
  for (const [index, row] of kept.entries()) {
    const createdAt = new Date(start + index).toISOString();
    const expiresAt = new Date(start + (10 - index) * 3_600_000).toISOString();
    const { id } = await storeFileFor(web.deps, { owner: "anna", createdAt, expiresAt, ...row });
    const share = {
      ...{ person: "ben", fileId: id, owner: "anna", ownerName: "Anna", sharedAt: createdAt },
      expiresAt: Math.ceil(Date.parse(expiresAt) / 1000),
    };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.shares, Item: share }));
  }
  await storeFileFor(web.deps, { owner: "anna", name: "deleted", state: "deleted" });
  await storeFileFor(web.deps, { owner: "anna", name: "old", expiresAt: new Date(start).toISOString() });
  await storeFileFor(web.deps, { owner: "cara", name: "someone else's" });
});

afterAll(() => provisioned.close());

async function list(browser: TestBrowser, query: string): Promise<List> {
  const answer = await browser.get(`/api/v1/files?${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as List;
}

const namesOf = ({ files }: List) => files.map(({ name }) => name);

describe.each([
  ["own", () => anna],
  ["shared", () => ben],
])("the list of %s files", (view, browser) => {
  test.each([
    ["sort=newest", ['"><img onerror>', "zebra.png", "bericht 9.pdf", "bericht 10.pdf", "Äpfel.txt"]],
    [
      "sort=newest&direction=up",
      ["Äpfel.txt", "bericht 10.pdf", "bericht 9.pdf", "zebra.png", '"><img onerror>'],
    ],
    ["sort=name", ['"><img onerror>', "bericht 9.pdf", "bericht 10.pdf", "Äpfel.txt", "zebra.png"]],
    [
      "sort=size&direction=up",
      ['"><img onerror>', "zebra.png", "bericht 10.pdf", "bericht 9.pdf", "Äpfel.txt"],
    ],
    ["sort=expiry", ['"><img onerror>', "zebra.png", "bericht 9.pdf", "bericht 10.pdf", "Äpfel.txt"]],
    ["search=apfel", ["Äpfel.txt"]],
    ["search=2026 bericht&sort=name", ["bericht 9.pdf", "bericht 10.pdf"]],
    ["search=nothing like it", []],
  ])("with %s is right", async (query, expected) => {
    expect(namesOf(await list(browser(), `view=${view}&${query}`))).toEqual(expected);
  });

  test.each(["sort=newest", "sort=name", "sort=size", "search=e"])(
    "with %s comes page by page, every file once",
    async (query) => {
      const all = namesOf(await list(browser(), `view=${view}&${query}`));
      const paged: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const next: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const page = await list(browser(), `view=${view}&${query}&limit=2${next}`);
        paged.push(...namesOf(page));
        cursor = page.next;
      }
      expect(paged).toEqual(all);
    },
  );
});

test("a cursor of someone else's list shows nothing of theirs", async () => {
  const forged = cursorText({ after: { id: "AAAAAAAAAAAAAAAAAAAAAA", createdAt: "9999", owner: "anna" } });
  expect(namesOf(await list(ben, `cursor=${forged}`))).toEqual([]);
});

test.each(["cursor=rubbish", "cursor=e30", "sort=owner;drop", "limit=1000", "view=all", "direction=left"])(
  "%s is refused with the field's name",
  async (query) => {
    const answer = await anna.get(`/api/v1/files?${query}`);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { field: query.split("=")[0] } });
  },
);

test("a list reads the rows of files that are there, and none of those that have ended", async () => {
  const log = loggedCalls(provisioned.db, names.fleet);
  const counted = createTestWeb(provisioned, names, { parts: { db: log.db } });
  const dora = await counted.signIn({ id: "dora" });
  for (const state of ["deleted", "expired", "ready", "deleted", "expired", "ready", "deleted"] as const)
    await storeFileFor(web.deps, { owner: "dora", name: state, state });
  for (const query of ["", "sort=name", "search=ready"]) {
    const before = log.rowsRead();
    expect(namesOf(await list(dora, `view=own&${query}`))).toEqual(["ready", "ready"]);
    expect(log.rowsRead() - before).toBe(2);
  }
});
