// The pictures' pages and API, on pictures that the real job has made: order, pages, albums, whose they are, delete, outcomes,
// and the setting that lets anyone send them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressPart } from "../../../triggers/web/pictures/places.ts";
import { defaultFileSettings } from "../../../worker/jobs/files/settings.ts";
import { removePictureHandler } from "../../../worker/jobs/pictures/remove-picture/handler.ts";
import { removePicture } from "../../../worker/jobs/pictures/remove-picture/job.ts";
import type { ResizePayload } from "../../../worker/jobs/pictures/resize-image/image-row.ts";
import { type PictureCloud, startPictureCloud } from "../../support/pictures/picture-cloud.ts";
import { stubNote, stubSandbox } from "../../support/pictures/stub-sandbox.ts";
import { runJob } from "../../support/run-job.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../support/web.ts";

let cloud: PictureCloud;
let web: TestWeb;
beforeAll(async () => {
  cloud = await startPictureCloud(stubSandbox);
  web = createTestWeb(cloud, cloud.names);
});
afterAll(() => cloud.close());

type Issued = { id: string; url: string; fields: Record<string, string> };

let people = 0;
const person = () => {
  people += 1;
  return web.signIn({ id: `person-${people}` });
};

/** Sends a picture the way the browser does. Resolves with what S3 has got. */
async function send(issued: Issued, body: string): Promise<{ id: string; key: string; versionId: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(issued.fields)) form.append(name, value);
  form.append("file", new Blob([body]));
  const answer = await fetch(issued.url, { method: "POST", body: form });
  expect(answer.status).toBe(204);
  return {
    id: issued.id,
    key: issued.fields.key ?? "",
    versionId: answer.headers.get("x-amz-version-id") ?? "",
  };
}

let sequence = 0;
/** What the trigger and the job make of it. */
function work({ key, versionId }: { key: string; versionId: string }, owner: string) {
  sequence += 1;
  const sequencer = sequence.toString(16).padStart(18, "0");
  const payload: ResizePayload = {
    bucket: cloud.names.buckets.uploads,
    key,
    versionId,
    sequencer,
    size: 1,
    owner,
  };
  return cloud.deliver(payload);
}

async function issue(
  browser: TestBrowser,
  name: string,
  more: Record<string, unknown> = {},
): Promise<Issued> {
  const wish = { name, type: "image/png", bytes: 10, ...more };
  const answer = await browser.send("POST", "/api/v1/pictures/uploads", wish);
  expect(answer.status).toBe(201);
  return (await answer.json()) as Issued;
}

/** Sends a picture and waits until it is ready. */
async function ready(browser: TestBrowser, name: string, album = "", body = `good ${name}`) {
  const sent = await send(await issue(browser, name, { album }), body);
  await work(sent, browser.visitor.id);
  return sent;
}

const text = async (browser: TestBrowser, path: string) => (await browser.get(path)).text();
const namesOn = (page: string) => [...page.matchAll(/<img[^>]*alt="([^"]*)"/g)].map(([, name]) => name);

describe("a person's pictures", () => {
  test("are shown newest first, page by page, each once", async () => {
    const ada = await person();
    for (let index = 1; index <= 26; index += 1) await ready(ada, `p${index}.png`);
    const first = await text(ada, "/pictures");
    const older = /href="(\/pictures\?after=[^"]+)"/.exec(first)?.[1] ?? "";
    const second = await text(ada, older);
    expect([...namesOn(first), ...namesOn(second)]).toEqual(
      Array.from({ length: 26 }, (_, index) => `p${26 - index}.png`),
    );
    expect(namesOn(second)).toHaveLength(2);
    expect(second).not.toContain("after=");
  });

  test("are nobody else's: page, image, delete and API answer as if there were none", async () => {
    const [ada, eve] = [await person(), await person()];
    const { id } = await ready(ada, "secret.png", "Paris");
    const album = /albums\/([\w-]+)"/.exec(await text(ada, "/pictures/albums"))?.[1] ?? "none";
    expect((await ada.get(`/pictures/albums/${album}`)).status).toBe(200);
    const tries = [
      eve.get(`/pictures/${id}`),
      eve.get(`/pictures/${id}/image`),
      eve.post(`/pictures/${id}/delete`),
      eve.send("DELETE", `/api/v1/pictures/${id}`),
      eve.get(`/pictures/albums/${album}`),
      eve.get(`/pictures/albums/${album}/sheets/10`),
      eve.get("/pictures?from=anyone"),
      eve.get(`/pictures/${addressPart("../x")}`),
      eve.get("/pictures/%00"),
    ];
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual(tries.map(() => 404));
    expect(namesOn(await text(eve, "/pictures"))).toEqual([]);
    expect((await ada.get(`/pictures/${id}`)).status).toBe(200);
  });

  test("lead to a short-lived address in the store, of the version that the row names", async () => {
    const ada = await person();
    const { id } = await ready(ada, "a.png");
    const answer = await ada.get(`/pictures/${id}/image`);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([302, "private, max-age=300"]);
    const address = answer.headers.get("location") ?? "";
    expect(address).toMatch(/versionId=.*/);
    expect(await (await fetch(address)).text()).toContain("good a.png");
  });

  test("are saved under the upload's name with the ending of what they have become", async () => {
    const ada = await person();
    const { id } = await ready(ada, "Grüße.tif");
    const address = (await ada.get(`/pictures/${id}/image`)).headers.get("location") ?? "";
    const { headers } = await fetch(address);
    expect(headers.get("content-type")).toBe("image/png");
    expect(headers.get("content-disposition")).toMatch(/^inline; .*filename\*=UTF-8''Gr%C3%BC%C3%9Fe\.png$/);
  });

  test("tell on their page, in the list and beside the upload what of the file they do not show", async () => {
    const ada = await person();
    const sent = await ready(ada, "scan.tif", "", "good first page");
    expect(await text(ada, `/pictures/${sent.id}`)).toContain(stubNote.text);
    const list = (await (await ada.get("/api/v1/pictures")).json()) as { pictures: { notes: string[] }[] };
    expect(list.pictures[0]?.notes).toEqual([stubNote.text]);
    const uploads = [{ id: sent.id, versionId: sent.versionId }];
    const asked = await ada.send("POST", "/api/v1/pictures/outcomes", { uploads });
    expect(await asked.json()).toEqual({
      outcomes: [{ id: sent.id, state: "ready", notes: [stubNote.text] }],
    });
  });

  test("have neighbours: the newer and the older one", async () => {
    const ada = await person();
    const [one, two, three] = [
      await ready(ada, "1.png"),
      await ready(ada, "2.png"),
      await ready(ada, "3.png"),
    ];
    const page = await text(ada, `/pictures/${two.id}`);
    expect(page).toContain(`rel="prev" href="/pictures/${three.id}"`);
    expect(page).toContain(`rel="next" href="/pictures/${one.id}"`);
    expect(await text(ada, `/pictures/${one.id}`)).not.toContain('rel="next"');
  });

  test("of one name do not replace each other, and names and albums are text, never markup or paths", async () => {
    const ada = await person();
    const name = '"><img src=x onerror=alert(1)>.png';
    await ready(ada, name, "../../<b>");
    await ready(ada, name, "../../<b>");
    const page = await text(ada, "/pictures");
    expect(page).not.toContain("<img src=x");
    expect(namesOn(page)).toHaveLength(2);
    const albums = await text(ada, "/pictures/albums");
    expect(albums).toContain("2 pictures");
    expect(albums).not.toContain("<b>");
  });
});

describe("albums", () => {
  test("of one name are each person's own", async () => {
    const [ada, bob] = [await person(), await person()];
    await ready(ada, "ada.png", "Holiday");
    await ready(bob, "bob.png", "Holiday");
    for (const [browser, name] of [
      [ada, "ada.png"],
      [bob, "bob.png"],
    ] as const) {
      const list = await text(browser, "/pictures/albums");
      const [, address = ""] = /href="(\/pictures\/albums\/[\w-]+)"><bdi>Holiday/.exec(list) ?? [];
      expect(namesOn(await text(browser, address))).toEqual([name]);
    }
  });

  test("hold what is in them, and without a name it is the person's default album", async () => {
    const ada = await person();
    await ready(ada, "loose.png");
    expect(await text(ada, "/pictures/albums")).toContain("<bdi>My pictures</bdi>");
  });
});

describe("deleting", () => {
  test("takes the picture off the page at once, and the job takes it out of its album", async () => {
    const ada = await person();
    const kept = await ready(ada, "kept.png", "Trip");
    const gone = await ready(ada, "gone.png", "Trip");
    expect((await ada.post(`/pictures/${gone.id}/delete`)).headers.get("location")).toBe("/pictures");
    expect(namesOn(await text(ada, "/pictures"))).toEqual(["kept.png"]);
    expect((await ada.get(`/pictures/${gone.id}`)).status).toBe(404);
    const payload = { bucket: cloud.names.buckets.results, key: gone.key, versionId: "marker" };
    await runJob({ ...cloud, sandbox: stubSandbox }, removePicture, removePictureHandler(), payload);
    expect(await text(ada, "/pictures/albums")).toContain("1 picture<");
    expect((await ada.get(`/pictures/${kept.id}`)).status).toBe(200);
  });

  test("a refused file says why beside its name, and goes for good", async () => {
    const ada = await person();
    const sent = await send(await issue(ada, "bad.png"), "bad");
    await work(sent, ada.visitor.id);
    const page = await text(ada, "/pictures");
    expect(page).toContain("<bdi>bad.png</bdi>");
    expect(page).toContain("Not good.");
    await ada.post(`/pictures/${sent.id}/delete`);
    expect(await text(ada, "/pictures")).not.toContain("bad.png");
  });
});

describe("uploads", () => {
  test("that cannot be pictures are refused before anything is sent, with the reason", async () => {
    const ada = await person();
    const problem = async (wish: object) => {
      const answer = await ada.send("POST", "/api/v1/pictures/uploads", {
        name: "a",
        type: "",
        bytes: 1,
        ...wish,
      });
      expect(answer.status).toBe(422);
      return ((await answer.json()) as { error: { message: string } }).error.message;
    };
    expect(await problem({ bytes: 0 })).toMatch(/empty/);
    expect(await problem({ bytes: 51 * 1024 ** 2 })).toMatch(/at most 50 MB/);
    expect(await problem({ type: "image/svg+xml" })).toMatch(/SVG.*PNG/);
    expect(await problem({ type: "text/html" })).toMatch(/not a picture/);
    expect(await problem({ type: "image/png\r\nx: y" })).toMatch(/media type/);
  });

  test("end as ready or refused, and those of others wait forever", async () => {
    const [ada, eve] = [await person(), await person()];
    const good = await send(await issue(ada, "good.png"), "good");
    const bad = await send(await issue(ada, "bad.png"), "bad");
    const outcomes = async (browser: TestBrowser) => {
      const uploads = [good, bad].map(({ id, versionId }) => ({ id, versionId }));
      const answer = await browser.send("POST", "/api/v1/pictures/outcomes", { uploads });
      return ((await answer.json()) as { outcomes: { state: string; reason?: string }[] }).outcomes;
    };
    expect((await outcomes(ada)).map(({ state }) => state)).toEqual(["waiting", "waiting"]);
    await work(good, ada.visitor.id);
    await work(bad, ada.visitor.id);
    expect(await outcomes(ada)).toMatchObject([
      { state: "ready" },
      { state: "refused", reason: "Not good." },
    ]);
    expect((await outcomes(eve)).map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  });
});

describe("pictures from anyone", () => {
  const open = () =>
    createTestWeb(cloud, cloud.names, {
      settings: { files: { ...defaultFileSettings, anonymousPictures: true } },
    });

  test("are off unless the setting says otherwise", async () => {
    expect((await web.request("/send-pictures")).status).toBe(404);
    const body = JSON.stringify({ name: "a.png", type: "image/png", bytes: 4 });
    const headers = { "content-type": "application/json" };
    const asked = await web.request("/api/v1/anonymous-pictures/uploads", { method: "POST", headers, body });
    expect(asked.status).toBe(404);
    const form = new URLSearchParams({ name: "a.png" });
    expect((await web.request("/send-pictures/curl", { method: "POST", body: form })).status).toBe(404);
  });

  test("on, curl's options are a form that the store takes, and only admins see the picture", async () => {
    const site = open();
    expect(await (await site.request("/send-pictures")).text()).toContain(
      "/send-pictures/curl | curl -fsS -K -",
    );
    const form = new URLSearchParams({ name: 'my "cat".png' });
    const options = await (await site.request("/send-pictures/curl", { method: "POST", body: form })).text();
    const values = [...options.matchAll(/^(\S+) = "((?:[^"\\]|\\.)*)"$/gm)].map(([, option, value = ""]) => [
      option,
      value.replace(/\\(.)/g, "$1"),
    ]);
    const url = values.find(([option]) => option === "url")?.[1] ?? "";
    const fields = Object.fromEntries(
      values
        .filter(([option]) => option === "form-string")
        .map(([, value = ""]) => value.split(/=(.*)/s).slice(0, 2)),
    );
    const sent = await send({ id: "", url, fields }, "good cat");
    await work(sent, ":anonymous");
    const grace = await site.signIn({ id: "grace", admin: true });
    expect(namesOn(await text(grace, "/pictures?from=anyone"))).toEqual(["my &quot;cat&quot;.png"]);
    const eve = await site.signIn({ id: "eve" });
    expect((await eve.get(`/pictures/${addressPart(sent.key)}`)).status).toBe(404);
  });
});
