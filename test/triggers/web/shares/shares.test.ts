// Sharing with people: who gets a file, who is told, who is refused, and what the count says after any race.
import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBlocked } from "../../../../triggers/web/shares/decide-readers.ts";
import { sharesOf } from "../../../../triggers/web/shares/share-file.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { directoryPartition } from "../../../../worker/jobs/files/rows/person-row.ts";
import { defaultFileSettings } from "../../../../worker/jobs/files/settings.ts";
import { outgoingMailSchema } from "../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { auditOf, storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb, testWebSettings } from "../../../support/web.ts";

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("shares-test");
  const blockedAddresses = ["eve@example.org", "@blocked.example"];
  const files = { ...defaultFileSettings, blockedAddresses, shareMails: true };
  web = createTestWeb(provisioned, names, { settings: { ...testWebSettings, files } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
  await person("cara");
  await person("eve");
  await person("frank", "frank@blocked.example");
  for (let index = 0; index < 60; index += 1) await person(`p${index}`);
});

afterAll(() => provisioned.close());

async function person(id: string, address = `${id}@example.org`): Promise<void> {
  const Item = { id, name: id, initials: "X", address, admin: false, blocked: false, signedInAt: "" };
  const row = { ...Item, fleet: directoryPartition };
  await provisioned.db.send(new PutCommand({ TableName: names.tables.people, Item: row }));
}

const file = (name = "a.txt", more = {}) => storeFileFor(web.deps, { owner: "anna", name, ...more });

const readers = async (id: string) => (await sharesOf(web.deps, id)).map((share) => share.person).sort();

const counted = async (id: string) =>
  ((await (await anna.get(`/api/v1/files/${id}`)).json()) as { sharedWith: number }).sharedWith;

const replace = (id: string, people: readonly string[], browser = anna) =>
  browser.send("PUT", `/api/v1/files/${id}/people`, { people });

describe("the list of readers", () => {
  test("is replaced: new ones are added, others taken back, all audited and counted", async () => {
    const { id } = await file();
    await replace(id, ["ben", "cara"]);
    const answer = await replace(id, ["cara", "p1"]);
    expect(await answer.json()).toMatchObject({ people: [{ id: "cara" }, { id: "p1" }], refused: [] });
    expect(await readers(id)).toEqual(["cara", "p1"]);
    expect(await counted(id)).toBe(2);
    expect((await ben.get(`/api/v1/files/${id}`)).status).toBe(404);
    const actions = (await auditOf(web.deps, id)).map(({ action, details }) => `${action} ${details.person}`);
    expect(actions.sort()).toEqual([
      "refused-access undefined",
      "share ben",
      "share cara",
      "share p1",
      "unshare ben",
    ]);
  });

  test("leaves out blocked addresses, unknown people and the owner, who are reported and audited", async () => {
    const { id } = await file();
    const answer = await replace(id, ["ben", "eve", "frank", "nobody", "anna", "ben"]);
    expect(await answer.json()).toEqual({
      people: [{ id: "ben", name: "Ben", sharedAt: expect.any(String) }],
      refused: [
        { id: "eve", name: "eve", why: "blocked" },
        { id: "frank", name: "frank", why: "blocked" },
        { id: "nobody", name: "", why: "unknown" },
        { id: "anna", name: "Anna", why: "yourself" },
      ],
    });
    const refused = (await auditOf(web.deps, id)).filter(({ action }) => action === "refused-share");
    expect(refused.map(({ details }) => details.why).sort()).toEqual([
      "blocked",
      "blocked",
      "unknown",
      "yourself",
    ]);
  });

  test("gains people and loses one without touching the others", async () => {
    const { id } = await file();
    await replace(id, ["ben"]);
    await anna.send("POST", `/api/v1/files/${id}/people`, { people: ["cara", "ben"] });
    expect(await readers(id)).toEqual(["ben", "cara"]);
    await anna.send("DELETE", `/api/v1/files/${id}/people/ben`);
    await anna.send("DELETE", `/api/v1/files/${id}/people/ben`);
    expect(await readers(id)).toEqual(["cara"]);
    expect(await counted(id)).toBe(1);
  });

  test("is for the owner only, also when the file is shared with who asks", async () => {
    const { id } = await file();
    await replace(id, ["ben"]);
    expect((await replace(id, ["cara"], ben)).status).toBe(404);
    expect((await ben.get(`/api/v1/files/${id}/people`)).status).toBe(404);
    expect((await ben.send("DELETE", `/api/v1/files/${id}/people/ben`)).status).toBe(404);
    expect(await readers(id)).toEqual(["ben"]);
  });

  test("takes fifty people, and not one more", async () => {
    const { id } = await file();
    const fifty = Array.from({ length: 50 }, (_, index) => `p${index}`);
    expect((await replace(id, fifty)).status).toBe(200);
    expect(await counted(id)).toBe(50);
    const more = await anna.send("POST", `/api/v1/files/${id}/people`, { people: ["p50"] });
    expect(await more.json()).toMatchObject({ error: { field: "people" } });
    expect((await replace(id, [...fifty, "p50"])).status).toBe(422);
    expect((await anna.send("DELETE", `/api/v1/files/${id}`)).status, "its end fits a transaction").toBe(204);
    expect(await readers(id)).toEqual([]);
  });

  test("and its count agree after changes from several windows at once", async () => {
    const { id } = await file();
    const people = ["ben", "cara", "p1", "p2", "p3"];
    const change = fc.record({
      mode: fc.constantFrom("PUT", "POST"),
      who: fc.subarray(people, { minLength: 1 }),
    });
    const changes = fc.array(change, { minLength: 2, maxLength: 4 });
    const property = fc.asyncProperty(changes, async (all) => {
      const path = `/api/v1/files/${id}/people`;
      await Promise.all(all.map(({ mode, who }) => anna.send(mode, path, { people: who })));
      const now = await readers(id);
      expect(await counted(id)).toBe(now.length);
    });
    await fc.assert(property, { numRuns: 15 });
  });
});

describe("a mail about a share", () => {
  test("is planned once for each new reader, with its job, and says who shares what", async () => {
    const { id } = await file("Grüße.pdf");
    await replace(id, ["ben", "eve"]);
    await replace(id, ["ben", "cara"]);
    const mails = (await provisioned.db.send(new ScanCommand({ TableName: names.tables.outgoingMails })))
      .Items;
    const ours = (mails ?? [])
      .map((item) => outgoingMailSchema.parse(item))
      .filter(({ reference }) => reference === id);
    expect(ours.map(({ to }) => to).sort()).toEqual(["ben@example.org", "cara@example.org"]);
    expect(ours[0]?.sharedFile).toMatchObject({
      sender: "Anna",
      fileName: "Grüße.pdf",
      address: `http://127.0.0.1:8090/files/${id}`,
    });
    const jobs = (await provisioned.db.send(new ScanCommand({ TableName: names.tables.outbox }))).Items;
    const planned = (jobs ?? []).filter(({ payload }) =>
      ours.some((mail) => String(payload).includes(mail.id)),
    );
    expect(planned).toMatchObject([{ kind: "send-mail" }, { kind: "send-mail" }]);
  });
});

describe("the directory", () => {
  test("finds people by name or address, without oneself and without whom an admin shut out", async () => {
    await provisioned.db.send(
      new PutCommand({
        TableName: names.tables.people,
        Item: {
          id: "mal",
          name: "Benno",
          initials: "B",
          address: "m@example.org",
          admin: false,
          blocked: true,
          signedInAt: "",
          fleet: directoryPartition,
        },
      }),
    );
    const search = async (text: string) => {
      const answer = await anna.get(`/api/v1/directory?search=${encodeURIComponent(text)}`);
      const { people } = (await answer.json()) as { people: { id: string }[] };
      return people.map(({ id }) => id);
    };
    expect(await search("BEN")).toEqual(["ben"]);
    expect(await search("cara@")).toEqual(["cara"]);
    expect(await search("anna")).toEqual([]);
    expect(await search("")).toHaveLength(50);
  });
});

test.each([
  ["eve@example.org", true],
  ["eve2@example.org", false],
  ["x@blocked.example", true],
  ["x@sub.blocked.example", false],
  ["x@notblocked.example", false],
])("%s is blocked: %s", (address, expected) => {
  expect(isBlocked(address, ["eve@example.org", "@blocked.example"])).toBe(expected);
});
