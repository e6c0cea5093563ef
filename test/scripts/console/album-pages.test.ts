// Albums in the console over HTTP: the list, one album page by page, its contact sheets, and what caused a sheet, with rows as jobs
// leave them.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let console_: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "album-pages", ["resize-image", "contact-sheet"]);
  await album("trip", 60, { left: [3] });
  await album("ann@example.org", 2);
  await sheet();
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});

const put = (TableName: string, Item: Record<string, unknown>) =>
  provisioned.db.send(new PutCommand({ TableName, Item }));
const jobOf = (name: string, n: number) => `resize-image/${name.slice(0, 3)}${n}`;

/** An album with so many pictures, made one a minute; those that left have no place in it any more. */
async function album(name: string, count: number, { left = [] }: { left?: number[] } = {}): Promise<void> {
  const { tables, buckets } = console_.names;
  const numbers = { pictures: count - left.length, peak: count, revision: count + left.length };
  await put(tables.albums, { album: name, owner: "o", ...numbers });
  for (let n = 1; n <= count; n += 1) {
    const [key, gone] = [`${name}/p${n}.jpg`, left.includes(n)];
    const id = `${buckets.uploads}/${key}`;
    const size = { width: 4, height: 3, contentType: "image/jpeg" };
    const result = { resultBucket: buckets.results, resultKey: key, resultVersionId: `v${n}` };
    const row = {
      id,
      key,
      state: gone ? "removed" : "ready",
      album: name,
      ordinal: n,
      writtenBy: jobOf(name, n),
    };
    await put(tables.images, { ...row, ...size, ...result, owner: "o" });
    const gonAt = gone ? { leftAtRevision: count + 1 } : {};
    await put(tables.albumPictures, {
      album: name,
      ordinal: ordinalText(n),
      imageId: id,
      name: `p${n}.jpg`,
      ...gonAt,
    });
    const endedAt = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
    const made = { bucket: buckets.results, key, ...size };
    await putJob(provisioned, console_.names, jobOf(name, n), { status: "completed", endedAt, result: made });
  }
}

const sheetJob = "contact-sheet/s10";

async function sheet(): Promise<void> {
  const made = {
    ...{ bucket: "sheets", key: "folders/trip/60.png", versionId: "v9", width: 16, height: 8 },
    ...{ contentType: "image/png", album: "trip", shown: 9, missing: 1 },
  };
  const row = { ...made, threshold: ordinalText(60), revision: 60, jobId: sheetJob };
  await put(console_.names.tables.sheets, row);
  const kind = "contact-sheet";
  const ended = { kind, endedShard: endedShard(kind, sheetJob), status: "completed", group: "trip" };
  await putJob(provisioned, console_.names, sheetJob, { ...ended, result: { ...made, threshold: 60 } });
}

const get = (path: string) => fetch(console_.url + path, { redirect: "manual" });
const readsOf = (answer: Response) =>
  Number(/store;desc="(\d+) /.exec(answer.headers.get("server-timing") ?? "")?.[1]);
const nextOn = (page: string) => /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");

test("the list has the albums of the last pictures with count, thumbnails and last sheet, in at most twenty reads", async () => {
  const answer = await get("/results/albums");
  const text = await answer.text();
  expect(readsOf(answer)).toBeLessThanOrEqual(20);
  for (const shown of [
    "<bdi>trip</bdi>",
    "59 pictures",
    "Contact sheet at 60 pictures",
    'href="/jobs/contact-sheet/s10"',
  ])
    expect(text).toContain(shown);
  expect(text).toContain('href="/jobs/resize-image/tri60"');
  expect(text).toContain('src="/results/album/picture?name=trip&amp;ordinal=60"');
});

test("the pages of the list have every picture that is still there, once", async () => {
  const seen: number[] = [];
  let path: string | undefined = "/api/albums";
  while (path !== undefined) {
    const { albums, next } = (await (await get(path)).json()) as {
      albums: { album: { shown: string }; pictures: { ordinal: number }[] }[];
      next: string | null;
    };
    const trip = albums.find(({ album: { shown } }) => shown === "trip");
    seen.push(...(trip?.pictures ?? []).map(({ ordinal }) => ordinal));
    path = next === null ? undefined : `/api/albums?${new URLSearchParams({ before: next })}`;
  }
  const all = Array.from({ length: 60 }, (_, index) => 60 - index);
  expect(seen).toEqual(all.filter((n) => n !== 3));
});

test("an album's pages have its pictures, the last joined first, each with its job, and its sheets, in four reads", async () => {
  const seen: string[] = [];
  let path: string | undefined = "/results/album?name=trip";
  while (path !== undefined) {
    const answer: Response = await get(path);
    expect(readsOf(answer)).toBeLessThanOrEqual(4);
    const text = await answer.text();
    expect(text).toContain("at 60: 9 shown, 1 no longer there");
    seen.push(...[...text.matchAll(/href="\/jobs\/resize-image\/tri(\d+)"/g)].map(([, n = ""]) => n));
    path = nextOn(text);
  }
  const all = Array.from({ length: 60 }, (_, index) => String(60 - index));
  expect(seen).toEqual(all.filter((n) => n !== "3"));
});

test("thumbnails and sheets lead to exactly the committed version, also of pictures whose jobs are forgotten", async () => {
  const to = async (path: string) => {
    const { pathname, searchParams } = new URL((await get(path)).headers.get("location") ?? "http://none");
    return [pathname, searchParams.get("versionId")];
  };
  const results = console_.names.buckets.results;
  expect(await to("/results/album/picture?name=trip&ordinal=5")).toEqual([`/${results}/trip/p5.jpg`, "v5"]);
  expect(await to("/results/album/sheet?name=trip&threshold=60")).toEqual([
    "/sheets/folders/trip/60.png",
    "v9",
  ]);
  for (const path of [
    "picture?name=trip&ordinal=3",
    "picture?name=no&ordinal=1",
    "sheet?name=trip&threshold=10",
  ])
    expect([path, (await get(`/results/album/${path}`)).status]).toEqual([path, 404]);
  expect((await get("/results/album?name=no")).status).toBe(404);
});

test("a contact sheet's job leads up to the job of the picture that made it due, though no write noted it", async () => {
  const { causedBy } = (await (await get(`/api/jobs/${sheetJob}`)).json()) as { causedBy: unknown };
  expect(causedBy).toMatchObject({ jobId: jobOf("trip", 60), status: "completed" });
  expect(await (await get(`/jobs/${sheetJob}`)).text()).toContain("follows from");
});

test("an album that is called by an address is masked, and its links lead to it all the same", async () => {
  const text = await (await get("/results/albums")).text();
  expect(text).not.toContain("example.org");
  const address = /href="(\/results\/album\?name=sealed[^"]+)"/.exec(text)?.[1] ?? "";
  const page = await (await get(address)).text();
  expect(page).toContain("2 pictures in the album now");
  expect(page).not.toContain("example.org");
  const picture = /src="(\/results\/album\/picture[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect((await get(picture)).status).toBe(302);
  expect(await (await get(`${address}&reveal=1`)).text()).toContain("ann@example.org");
});
