// The admins' pages: the audit with search, order, pages and CSV; people with their sessions.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { withPeriod } from "../../../triggers/web/audit/search.ts";
import { detailsText } from "../../../triggers/web/audit/words.ts";
import { auditPut } from "../../../triggers/web/audit/write.ts";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let admin: TestBrowser;
const noon = Date.UTC(2026, 10, 29, 12);
const day = 24 * 60 * 60 * 1000;
let now = noon;

beforeAll(async () => {
  provisioned = await startProvisioned();
  web = createTestWeb(provisioned, await provisioned.provision("audit-test"), { parts: { now: () => now } });
  admin = await web.signIn({ id: "grace", name: "Grace", admin: true });
  for (let index = 0; index < 120; index += 1) {
    const at = noon - index * 60_000 - (index % 3) * day;
    await write(at, {
      action: index % 2 === 0 ? "download" : "share",
      actor: index % 5 === 0 ? "ada" : "bjorn",
      actorName: index % 5 === 0 ? "Ada Okafor" : "Björn Sæther",
      fileId: `${String(index % 7).padStart(22, "f")}`,
      fileName: `report ${String(index).padStart(3, "0")}.pdf`,
      details: { with: "somebody" },
    });
  }
  await write(noon, {
    action: "rename",
    actor: "eve",
    actorName: "=HYPERLINK(1)",
    fileName: '"><img onerror=x>',
  });
});
afterAll(() => provisioned.close());

test.each<[AuditedAction["details"], string]>([
  [{ personName: "Björn", person: "id-1" }, "Björn"],
  [{ person: "id-1", personName: "" }, "person id-1"],
  [{ contentType: "text/plain", bytes: 1536 }, "1.5 KB, text/plain"],
  [
    { link: "abc", password: true, until: "2026-11-29T15:07:01.000Z", maxDownloads: 1 },
    "at most 1 download, with a password, until 2026-11-29 15:07 UTC, link abc",
  ],
  [{ password: false, missing: 0 }, ""],
  [{ to: "b.txt", from: "a.txt" }, "from a.txt, to b.txt"],
  [{ odd: true, another: 2 }, "another: 2, odd: true"],
])("details %j are told as “%s”", (details = {}, text) => {
  expect(detailsText({ details })).toBe(text);
});

async function write(at: number, action: AuditedAction): Promise<void> {
  await provisioned.db.send(new PutCommand(auditPut({ ...web.deps, now: () => at }, action)));
}

const answer = z.object({
  entries: z.array(
    z.object({ time: z.string(), action: z.string(), actor: z.string(), fileName: z.string().optional() }),
  ),
  next: z.object({ after: z.string().optional(), skip: z.number().optional() }).nullable(),
});

/** All pages of a search. */
async function all(search: Record<string, string>) {
  const found: z.infer<typeof answer>["entries"] = [];
  let place: Record<string, string> = {};
  for (let pages = 0; pages < 10; pages += 1) {
    const got = await admin.get(`/api/v1/admin/audit?${new URLSearchParams({ ...search, ...place })}`);
    const { entries, next } = answer.parse(await got.json());
    found.push(...entries);
    if (next === null) return found;
    place = Object.fromEntries(Object.entries(next).map(([name, value]) => [name, String(value)]));
  }
  throw new Error("the pages do not end");
}

describe("the audit", () => {
  test("shows every entry of the period once, page by page, newest first or oldest first", async () => {
    const down = await all({});
    expect(down.length).toBe(121);
    expect(new Set(down.map((entry) => JSON.stringify(entry))).size).toBe(121);
    const times = down.map(({ time }) => time);
    expect(times).toEqual([...times].sort().reverse());
    const up = await all({ direction: "up" });
    expect(up.map(({ time }) => time)).toEqual([...times].reverse());
  });

  test("is sorted by action, person or file over all pages", async () => {
    for (const [sort, of] of [
      ["file", (entry: { fileName?: string | undefined }) => entry.fileName ?? ""],
      ["action", (entry: { action: string }) => entry.action],
    ] as const) {
      const values = (await all({ sort, direction: "up" })).map(of);
      expect(values.length).toBe(121);
      if (sort === "file") expect(values).toEqual(values.toSorted((a, b) => a.localeCompare(b, "en")));
      else expect(values.filter((value, index) => value !== values[index - 1]).length).toBe(3);
    }
  });

  test("is searched by words, action, person, file and days", async () => {
    expect((await all({ text: "REPORT 01" })).length).toBe(10);
    expect((await all({ text: "björn sæther" })).length).toBe(96);
    expect((await all({ action: "share" })).length).toBe(60);
    expect((await all({ person: "ada" })).length).toBe(24);
    expect((await all({ file: `${"f".repeat(21)}3` })).length).toBe(17);
    expect((await all({ from: "2026-11-28", to: "2026-11-28" })).length).toBe(40);
    expect((await all({ person: "ada", action: "share", from: "2026-11-29" })).length).toBe(4);
    expect(await all({ from: "2026-01-01", to: "2026-01-02" })).toEqual([]);
  });

  test("refuses a search that makes no sense, with the field's name", async () => {
    for (const [field, value] of [
      ["from", "yesterday"],
      ["action", "dance"],
      ["file", "../../etc"],
      ["after", "2026"],
    ]) {
      const got = await admin.get(`/api/v1/admin/audit?${field}=${value}`);
      expect([got.status, await got.json()]).toMatchObject([422, { error: { field } }]);
    }
  });

  test("reads at most three months, and a period that ends before it begins is one day", () => {
    const period = (from: string, to: string) => {
      const asked = { from, to, sort: "time", direction: "down", skip: 0 } as const;
      return withPeriod(asked, noon).from;
    };
    expect(period("2020-01-01", "2026-11-29")).toBe("2026-08-30");
    expect(period("2026-12-01", "2026-11-29")).toBe("2026-11-29");
  });

  test("keeps every one of a hundred actions in the same millisecond, and shows each once", async () => {
    const actions = Array.from({ length: 100 }, (_, index) => `tick-${index}`);
    await Promise.all(
      actions.map((fileName) => write(noon - 40 * day, { action: "delete", actor: "eve", fileName })),
    );
    const found = await all({ from: "2026-10-20", to: "2026-10-20" });
    expect(found.map(({ fileName }) => fileName).sort()).toEqual(actions.sort());
  });

  test("the page escapes what people chose, and works as links and forms", async () => {
    const text = await (await admin.get("/admin/audit")).text();
    expect(text).toContain("&quot;&gt;&lt;img onerror=x&gt;");
    expect(text).not.toContain("<img onerror");
    expect(text).toContain('aria-sort="descending"');
    expect(text).toMatch(/href="\/admin\/audit\?[^"]*after=/);
    const none = await (await admin.get("/admin/audit?text=nothing+like+it")).text();
    expect(none).toContain("No entry fits");
  });

  test("as CSV, formulas are harmless, names are whole, and the file is named by its period", async () => {
    const got = await admin.get("/admin/audit.csv?from=2026-11-29&to=2026-11-29");
    expect(got.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(got.headers.get("content-disposition")).toBe(
      'attachment; filename="audit-2026-11-29-2026-11-29.csv"',
    );
    const text = await got.text();
    expect(text.split("\r\n").length).toBe(41 + 2);
    expect(text).toContain(`'=HYPERLINK(1)`);
    expect(text).not.toMatch(/(^|,)"?=/m);
    expect(text).toContain("Björn Sæther");
  });
});

describe("people", () => {
  test("are found by name and address; what was searched is escaped", async () => {
    await web.signIn({ id: "nils", name: "Nils Ö", address: "nils@example.org" });
    const page = async (text: string) =>
      (await admin.get(`/admin/people?text=${encodeURIComponent(text)}`)).text();
    expect(await page("nils@")).toContain("Nils Ö");
    expect(await page("NILS ö")).toContain("nils@example.org");
    const none = await page('<script>"');
    expect(none).toContain("Nobody fits");
    expect(none).not.toContain("<script>&");
    expect(none).not.toContain('<script>"');
  });

  test("a person's page shows their sessions, ends them, and blocks", async () => {
    const mia = await web.signIn({ id: "mia", name: "Mia" });
    expect((await mia.get("/")).headers.get("location")).toBe("/files");
    expect(await (await admin.get("/admin/people/mia")).text()).toContain("End all sessions");
    now += 1000;
    const ended = await admin.post("/admin/people/mia/end-sessions");
    expect(ended.headers.get("location")).toBe("/admin/people/mia");
    expect((await mia.get("/")).headers.get("location")).toBe("/sign-in");
    now += 1000;
    const again = await web.signIn({ id: "mia", name: "Mia" });
    await admin.post("/admin/people/mia/blocked", { blocked: "yes" });
    expect((await again.get("/")).headers.get("location")).toBe("/sign-in");
    expect(await (await admin.get("/admin/people/mia")).text()).toContain("Let in again");
    expect((await all({ person: "grace" })).map(({ action }) => action)).toEqual([
      "block-person",
      "end-sessions",
    ]);
  });

  test("an admin cannot lock themselves out, and nobody can be changed who does not exist", async () => {
    expect((await admin.send("PUT", "/api/v1/admin/people/grace/blocked", { blocked: true })).status).toBe(
      409,
    );
    expect((await admin.send("PUT", "/api/v1/admin/people/nobody/blocked", { blocked: true })).status).toBe(
      404,
    );
    expect((await admin.send("POST", "/api/v1/admin/people/nobody/end-sessions")).status).toBe(404);
    expect((await admin.get("/admin/people/nobody")).status).toBe(404);
  });
});
