import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { maxUploadBytes } from "../../../scripts/console/results/uploads.ts";
import { fleetStatusSchema } from "../../../scripts/status/fleet-status.ts";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { queueName } from "../../../worker/fleet/resources.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
const open: TestConsole[] = [];
beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(async () => {
  await Promise.all(open.map(({ close }) => close()));
  await provisioned.close();
});

let fleets = 0;
async function start(): Promise<TestConsole> {
  fleets += 1;
  const started = await startConsole(provisioned, `console-${fleets}`);
  open.push(started);
  return started;
}

const get = (page: TestConsole, path: string, options: RequestInit = {}) =>
  fetch(page.url + path, { redirect: "manual", ...options });
const post = (page: TestConsole, path: string, body: unknown, type = "application/json") =>
  get(page, path, { method: "POST", headers: { "content-type": type }, body: JSON.stringify(body) });

/** A request with headers that `fetch` does not allow; resolves to its status. */
function statusWith(page: TestConsole, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(page.url);
    request({ host: "127.0.0.1", port, path: "/api/status", headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

const picture = { bucket: "b", key: "holiday/a.jpg", width: 400, height: 267, contentType: "image/jpeg" };

test("/api/status equals the fleet's status that the operator's tool prints", async () => {
  const page = await start();
  provisioned.cloud.sqs.send(queueName(page.names.fleet, "resize-image"), {
    body: "{}",
    groupId: "g",
    deduplicationId: "d",
  });
  const status = fleetStatusSchema.strict().parse(await (await get(page, "/api/status")).json());
  expect(status).toMatchObject({ verdict: "workers-dead", queues: [{ kind: "resize-image", visible: 1 }] });
});

test("/api/outcomes returns as many of a kind as requested, and refuses no kind and a limit outside 1 to 100", async () => {
  const page = await start();
  for (const digit of "abc")
    await putJob(provisioned, page.names, `resize-image/${digit}`, { status: "completed" });
  const answer = await (await get(page, "/api/outcomes?kind=resize-image&limit=2")).json();
  expect(answer).toMatchObject({ v: 1, outcomes: [{ outcome: "completed" }, { outcome: "completed" }] });
  expect((await get(page, "/api/outcomes?limit=2")).status).toBe(400);
  for (const limit of ["0", "101", "1.5", "x"]) {
    const refused = await get(page, `/api/outcomes?limit=${limit}`);
    expect([refused.status, await refused.json()]).toEqual([400, { error: "limit: takes 1 to 100" }]);
  }
});

test("the page shows queues, workers, outcomes and the verdict in words", async () => {
  const page = await start();
  await putJob(provisioned, page.names, "resize-image/0a", { status: "completed", result: picture });
  await putJob(provisioned, page.names, "resize-image/0b", {
    status: "rejected",
    reason: "This is a PDF document.",
    group: `${page.names.buckets.uploads}/inbox/report.pdf`,
  });
  const fleet = await (await get(page, "/")).text();
  for (const shown of ["Nothing waits and nothing runs.", "No worker is running."])
    expect(fleet).toContain(shown);
  const text = await (await get(page, "/results")).text();
  for (const shown of [
    'href="/results/resize-image/0a"',
    '<span class="name">a.jpg</span>',
    "resize-image</a> · holiday",
    "400 × 267",
    "This is a PDF document.",
    '<span class="name">report.pdf</span>',
  ])
    expect(text).toContain(shown);
});

test("markup in a picture's name or a reason is shown as text", async () => {
  const page = await start();
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
  await putJob(provisioned, page.names, "resize-image/1a", {
    status: "completed",
    result: { ...picture, key: evil },
  });
  await putJob(provisioned, page.names, "resize-image/1b", { status: "rejected", reason: evil });
  await putJob(provisioned, page.names, `resize-image/${evil}`, { status: "completed", result: picture });
  for (const path of ["/results", "/results/live"]) {
    const text = await (await get(page, path)).text();
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img src=x");
  }
});

test("the page has no inline script, style or handler, and its policy allows none", async () => {
  const page = await start();
  const answer = await get(page, "/");
  const text = await answer.text();
  expect(text).not.toMatch(/\son[a-z]+=|\sstyle=|<style|<script(?![^>]* src=)|javascript:/i);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain(`connect-src 'self' ${provisioned.cloud.url};`);
  expect(policy).not.toContain("unsafe");
});

test("every file of the page is served with its type, and no other file is", async () => {
  const page = await start();
  const text = await (await get(page, "/")).text();
  const named = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const path of named) expect((await get(page, path)).status, path).toBe(200);
  expect((await get(page, "/assets/results.js")).headers.get("content-type")).toMatch("text/javascript");
  expect((await get(page, "/assets/console.css")).headers.get("content-type")).toMatch("text/css");
  for (const path of ["/assets/", "/assets/..%2fapp.ts", "/app.ts", "/assets/app.ts"])
    expect((await get(page, path)).status, path).toBe(404);
});

test("every script that another one imports is served as well", async () => {
  const page = await start();
  const seen = new Set(["/assets/results.js"]);
  for (const path of seen) {
    const answer = await get(page, path);
    expect(answer.status, path).toBe(200);
    for (const [, name = ""] of (await answer.text()).matchAll(/(?:from|import) "\.\/([^"]+)"/g))
      seen.add(`/assets/${name}`);
  }
  expect(seen.size).toBeGreaterThan(1);
});

test("only requests with this machine's own names are answered, and none from other sites' pages", async () => {
  const page = await start();
  const { port } = new URL(page.url);
  expect(await statusWith(page, { host: `127.0.0.1:${port}` })).toBe(200);
  expect(await statusWith(page, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1.evil.example",

    "[::1]",
  ])
    expect(await statusWith(page, { host }), host).toBe(403);
  for (const origin of ["http://evil.example", "null", `http://127.0.0.1:${Number(port) + 1}`])
    expect(await statusWith(page, { host: `127.0.0.1:${port}`, origin }), origin).toBe(403);
});

const formSchema = z.object({ key: z.string(), url: z.string(), fields: z.record(z.string(), z.string()) });

test("an upload gets a form for its own key, with key, type and size fixed by the policy", async () => {
  const page = await start();
  const file = { name: "Straße +1.png", type: "image/png", size: 10 };
  const forms = [await post(page, "/api/uploads", file), await post(page, "/api/uploads", file)];
  const [form, other] = await Promise.all(forms.map(async (answer) => formSchema.parse(await answer.json())));
  expect(form?.key).toMatch(/^console\/[0-9a-f]{8}-Straße \+1\.png$/);
  expect(form?.key).not.toBe(other?.key);
  expect(form?.url).toBe(`${provisioned.cloud.url}/${page.names.buckets.uploads}`);
  const policy = JSON.parse(Buffer.from(form?.fields.Policy ?? "", "base64").toString());
  expect(policy.conditions).toEqual(
    expect.arrayContaining([
      ["eq", "$key", form?.key],
      ["eq", "$Content-Type", "image/png"],
      ["content-length-range", 1, maxUploadBytes],
    ]),
  );
});

test.each([
  ["../../etc/passwd", ".._.._etc_passwd"],
  ["a\\b\n.jpg", "a_b_.jpg"],
  ["$" + "{filename}.jpg", "_{filename}.jpg"],
])("a file called %j becomes the last part of a key as %j", async (name, part) => {
  const page = await start();
  const form = formSchema.parse(await (await post(page, "/api/uploads", { name, type: "", size: 1 })).json());
  expect(form.key.replace(/^console\/[0-9a-f]{8}-/, "")).toBe(part);
  expect(form.fields["Content-Type"]).toBe("application/octet-stream");
});

test.each([
  [{ name: "", type: "image/png", size: 1 }, "name: must be a file name"],
  [{ name: "a", type: "image", size: 1 }, "type: must be a media type"],
  [{ name: "a", type: "image/png\r\nx: y", size: 1 }, "type: must be a media type"],
  [{ name: "a", type: "image/png", size: 0 }, "size: the file is empty"],
  [{ name: "a", type: "image/png", size: maxUploadBytes + 1 }, "size: the file is larger than 50 MiB"],
  [{ name: "a", type: "image/png", size: "1" }, "size: must be a number of bytes"],
])("the upload %j is refused: %s", async (body, error) => {
  const answer = await post(await start(), "/api/uploads", body);
  expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(error) }]);
});

test("a form on another site, which cannot send JSON without a preflight, gets no upload", async () => {
  const answer = await post(await start(), "/api/uploads", { name: "a", type: "", size: 1 }, "text/plain");
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: "content-type: takes application/json" },
  ]);
});

test("the outcomes of uploads are returned in the order asked for, null for unfinished ones", async () => {
  const page = await start();
  const jobOf = (key: string) =>
    jobIdOf(resizeImage, {
      bucket: page.names.buckets.uploads,
      key,
      versionId: "v1",
      sequencer: "",
      size: 0,
    });
  await putJob(provisioned, page.names, jobOf("done"), { status: "completed", result: picture });
  await putJob(provisioned, page.names, jobOf("refused"), { status: "rejected", reason: "Not a picture." });
  await putJob(provisioned, page.names, jobOf("running"), { status: "running" });
  const uploads = ["refused", "none", "done", "running"].map((key) => ({ key, versionId: "v1" }));
  const answer = await (await post(page, "/api/uploads/outcomes", { uploads })).json();
  const address = `/results/${jobOf("done")}`;
  expect(answer).toEqual({
    outcomes: [
      expect.objectContaining({ outcome: "rejected", reason: "Not a picture." }),
      { jobId: jobOf("none"), outcome: null },
      expect.objectContaining({ outcome: "completed", address, width: 400, height: 267 }),
      { jobId: jobOf("running"), outcome: null },
    ],
  });
});

test("a result's path redirects to a presigned URL; a job without a result has none", async () => {
  const page = await start();
  await putJob(provisioned, page.names, "resize-image/2a", { status: "completed", result: picture });
  await putJob(provisioned, page.names, "resize-image/2b", { status: "rejected", reason: "no" });
  const answer = await get(page, "/results/resize-image/2a");
  expect(answer.status).toBe(302);
  const target = new URL(answer.headers.get("location") ?? "");
  expect(target.origin + target.pathname).toBe(`${provisioned.cloud.url}/b/holiday/a.jpg`);
  expect(target.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
  for (const id of ["2b", "none"]) expect((await get(page, `/results/resize-image/${id}`)).status).toBe(404);
  // Longer than any key in DynamoDB.
  expect((await get(page, `/results/${"a".repeat(3000)}/b`)).status).toBe(404);
});

test("when the fleet does not answer, the response is 503, for the live parts as well", async () => {
  const page = await start();
  const rule: Provisioned["cloud"]["faults"][number] = ({ service }) =>
    service === "sqs" ? { kind: "error", status: 400, code: "AccessDenied", message: "no" } : undefined;
  provisioned.cloud.faults.push(rule);
  try {
    const answer = await get(page, "/api/status");
    expect([answer.status, await answer.json()]).toEqual([503, { error: "The fleet does not answer." }]);
    expect((await get(page, "/live")).status).toBe(503);
    expect(await (await get(page, "/")).text()).toBe(
      "The fleet does not answer. Reload this page in a moment.",
    );
  } finally {
    provisioned.cloud.faults.splice(provisioned.cloud.faults.indexOf(rule), 1);
  }
  expect((await get(page, "/api/status")).status).toBe(200);
});
