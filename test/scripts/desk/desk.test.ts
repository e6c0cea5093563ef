// The desk over real submissions in a local cloud: an editor's session, two editors at once, and what is refused.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { runDesk } from "../../../scripts/desk/run-desk.ts";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type MailCloud, startMailCloud } from "../../support/mails/mail-cloud.ts";
import { mail as settings } from "../../support/mails/mail-out.ts";
import { attached, bodyIn, multipart, textPart } from "../../support/mails/mails.ts";
import { silent } from "../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: MailCloud;
let folder: string;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  cloud = await startMailCloud(sandbox);
  folder = mkdtempSync(join(tmpdir(), "fleet-desk-"));
});
afterEach(async () => {
  await cloud.close();
  rmSync(folder, { recursive: true });
});

type Screen = { isTTY?: boolean; rows?: number; columns?: number };

/** Runs the command in this process, with streams that keep what is written. */
async function desk(
  args: string[],
  { env = {}, screen = {} }: { env?: NodeJS.ProcessEnv; screen?: Screen } = {},
) {
  const texts = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr") =>
    new Writable({
      write: (chunk, _, done) => {
        texts[name] += chunk;
        done();
      },
    });
  const code = await runDesk(args, {
    env: { AWS_ENDPOINT_URL: cloud.url, FLEET_NAME: cloud.names.fleet, PATH: process.env.PATH, ...env },
    stdout: Object.assign(into("stdout"), screen),
    stderr: into("stderr"),
    user: () => "otto",
  });
  return { code, ...texts };
}

type Line = Record<string, unknown> & { reference: string; state: string };
const json = async (...args: string[]): Promise<Line[]> => {
  const { code, stdout, stderr } = await desk([...args, "--json"]);
  expect([code, stderr.replace("desk: nothing is unread\n", "")]).toEqual([0, ""]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
};

/** Submissions received an hour after one another, the last first; answers their references in order of arrival. */
async function stories(...subjects: string[]): Promise<string[]> {
  const references: string[] = [];
  for (const [index, subject] of [...subjects.entries()].reverse()) {
    const story = attached(Buffer.from(`%PDF-1.7 ${subject}`), `${subject}.pdf`);
    const mail = multipart([textPart(`This is ${subject}.`), story], { subject });
    const timestamp = `2026-11-02T1${index}:00:00.000Z`;
    const { result } = await cloud.deliver(await cloud.receive(mail, { timestamp }));
    references.unshift(String(result?.reference));
  }
  return references;
}

test("an editor takes the oldest story, reads it, decides, and the next is another", async () => {
  const [first = "", second = ""] = await stories("first", "second");
  expect((await json("list")).map(({ reference, state }) => [reference, state])).toEqual([
    [first, "unread"],
    [second, "unread"],
  ]);
  const [taken] = await json("next", "--as", "anna", "--to", folder);
  expect(taken).toMatchObject({
    v: 1,
    reference: first,
    state: "reading",
    editor: "anna",
    subject: "first",
    folder,
  });
  expect(readdirSync(folder).sort()).toEqual(["01-text.txt", "02-first.pdf"]);
  expect(readFileSync(join(folder, "02-first.pdf"), "utf8")).toBe("%PDF-1.7 first");
  const { stdout } = await desk(["show", first.toLowerCase().replace("-", "")]);
  expect(stdout).toContain("Ann Author <ann@example.org>");
  expect(stdout).toContain("This is first.");
  expect(stdout).toMatch(/PART {2}WHAT {8}SIZE {2}TYPE {13}NAME\n1 {5}text/);
  expect((await desk(["state", first, "accepted", "--as", "anna"])).stdout).toBe(
    `${first} is accepted, anna\n`,
  );
  expect((await json("next", "--no-save"))[0]).toMatchObject({ reference: second, editor: "otto" });
  expect(await desk(["next"])).toMatchObject({ code: 0, stdout: "", stderr: "desk: nothing is unread\n" });
  const [shown] = await json("show", first);
  expect(shown?.history).toMatchObject([
    { from: "unread", to: "reading", by: "anna" },
    { from: "reading", to: "accepted", by: "anna" },
  ]);
  expect((await json("list", "--state", "all")).map(({ state }) => state)).toEqual(["reading", "accepted"]);
  expect((await json("stats"))[0]).toMatchObject({
    states: { unread: 0, reading: 1, accepted: 1, declined: 0, withdrawn: 0, refused: 0 },
    oldestUnread: null,
  });
});

test("of many editors who ask at once, each gets another story, in whatever hurry", async () => {
  const references = await stories("a", "b", "c", "d", "e");
  const asked = await Promise.all(
    Array.from({ length: 9 }, (_, n) => json("next", "--as", `editor ${n}`, "--no-save")),
  );
  const taken = asked.flat();
  expect(taken.map(({ reference }) => reference).sort()).toEqual([...references].sort());
  expect(new Set(taken.map(({ editor }) => editor)).size).toBe(5);
  const rows = await cloud.rows();
  expect(rows.map(({ history }) => history.length)).toEqual([1, 1, 1, 1, 1]);
});

test("of two decisions made at once, one holds and the other is told so", async () => {
  const [reference = ""] = await stories("one");
  await json("next", "--as", "anna", "--no-save");
  const both = await Promise.all(
    ["accepted", "declined"].map((state) => desk(["state", reference, state, "--as", "anna"])),
  );
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
  const lost = both.find(({ code }) => code === 1);
  const [row] = await cloud.rows();
  expect(lost?.stderr).toMatch(new RegExp(`^desk: ${reference} [^\\n]*${row?.state}[^\\n]*\\n$`));
  expect(row?.history).toHaveLength(2);
});

test("a story whose taking was not acknowledged is still given to its editor, and to nobody else", async () => {
  const references = await stories("a", "b");
  let lost = 0;
  cloud.faults.push(({ action }) => {
    if (action !== "UpdateItem" || lost > 0) return undefined;
    lost += 1;
    return { kind: "drop-answer" };
  });
  expect(await json("next", "--as", "anna", "--no-save")).toMatchObject([{ reference: references[0] }]);
  expect(lost).toBe(1);
  expect((await json("list")).map(({ state }) => state)).toEqual(["unread", "reading"]);
});

test("only the ways between states are open, and another editor's story is left to them", async () => {
  const [reference = ""] = await stories("one");
  const state = async (to: string, ...more: string[]) => {
    const { code, stdout, stderr } = await desk(["state", reference, to, ...more]);
    return code === 0 ? stdout.trim().split(" ")[2] : `${code} ${stderr.trim()}`;
  };
  const no = (is: string, to: string, advice: string) =>
    `1 desk: ${reference} is ${is} and cannot become ${to}; ${advice}`;
  expect(await state("accepted")).toBe(no("unread", "accepted", `take it first: state ${reference} reading`));
  expect(await state("reading")).toBe("reading,");
  expect(await state("declined", "--as", "anna")).toBe(
    `1 desk: ${reference} is being read by otto; --take-over takes it from them`,
  );
  expect(await state("unread")).toBe("unread,");
  expect(await state("reading", "--as", "anna")).toBe("reading,");
  expect(await state("declined", "--take-over")).toBe("declined,");
  const again = `state ${reference} reading --reopen reopens it`;
  for (const to of ["unread", "reading", "accepted", "withdrawn"])
    expect(await state(to)).toBe(no("declined", to, again));
  expect(await state("unread", "--reopen")).toBe(no("declined", "unread", again));
  expect(await state("reading", "--reopen")).toBe("reading,");
  expect(await state("withdrawn")).toBe("withdrawn,");
  const [row] = await cloud.rows();
  expect(row?.history.map(({ to, by }: { to: string; by: string }) => [to, by])).toEqual([
    ["reading", "otto"],
    ["unread", "otto"],
    ["reading", "anna"],
    ["declined", "otto"],
    ["reading", "otto"],
    ["withdrawn", "otto"],
  ]);
});

test("fetching again keeps what an editor wrote into a file, and brings no copy of what is there", async () => {
  const [reference = ""] = await stories("one");
  const fetched = async () =>
    (await json("fetch", reference, "--to", folder))[0]?.saved as { file: string }[];
  await fetched();
  await fetched();
  expect(readdirSync(folder).sort()).toEqual(["01-text.txt", "02-one.pdf"]);
  writeFileSync(join(folder, "02-one.pdf"), "my notes");
  expect((await fetched()).map(({ file }) => file)).toEqual([
    join(folder, "01-text.txt"),
    join(folder, "02-one (2).pdf"),
  ]);
  expect(readFileSync(join(folder, "02-one.pdf"), "utf8")).toBe("my notes");
});

test("a part that is gone or was changed is told, and the story is the editor's all the same", async () => {
  const [reference = ""] = await stories("one");
  const [row] = await cloud.rows();
  const Bucket = cloud.names.buckets.parts;
  await cloud.s3.send(new PutObjectCommand({ Bucket, Key: row?.parts[1].key, Body: "other" }));
  const { code, stderr } = await desk(["next", "--to", folder]);
  expect([code, stderr]).toEqual([
    1,
    `desk: ${reference} is yours now, but was not saved: part 2 is damaged: its checksum differs\n`,
  ]);
  await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: row?.parts[1].key }));
  expect((await desk(["fetch", reference, "--to", folder])).stderr).toBe(
    `desk: part 2 is no longer in the bucket ${Bucket}\n`,
  );
  expect(readdirSync(folder)).toEqual(["01-text.txt"]);
});

test("nothing a stranger wrote reaches the terminal as more than text", async () => {
  const subject = "=?utf-8?Q?=1B]0;owned=07=1B[2J=E2=80=AE=E6=9D=B1=E4=BA=AC?=";
  const mail = bodyIn("utf-8", Buffer.from("clear \u001b[2J\u009b31m \u202eevil\r\nline"));
  await cloud.deliver(
    await cloud.receive(mail.toString("latin1").replace("Subject: charset", `Subject: ${subject}`)),
  );
  const outputs = [
    await desk(["list"]),
    await desk(["next", "--to", folder], { screen: { isTTY: true, rows: 999 } }),
  ];
  for (const { stdout } of outputs) {
    expect(stdout).toContain("東京");
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  }
  expect(outputs[1]?.stdout).toContain("clear \ufffd[2J");
});

test("stories whose answer was withheld on doubt are marked and listed by themselves", async () => {
  await stories("ordinary");
  const doubtful = multipart([textPart("x")], { subject: "Over a list\r\nList-Id: <l.example>" });
  const verdicts = { spf: "PASS", dmarc: "PASS" };
  const payload = await cloud.receive(doubtful, { source: "ann@example.org", verdicts });
  await cloud.deliver(payload, { mail: { ...settings, editor: undefined } });
  expect((await json("list")).map(({ subject, withheld }) => [subject, withheld])).toEqual([
    ["ordinary", false],
    ["Over a list", true],
  ]);
  const [only, ...others] = await json("list", "--withheld");
  expect([only?.subject, others]).toEqual(["Over a list", []]);
  expect((await desk(["list"])).stdout).toContain("[withheld, please look] Over a list");
  const { stdout } = await desk(["show", String(only?.reference)]);
  expect(stdout).toContain("Answer    withheld, please look: it came over a mailing list");
  await json("state", String(only?.reference), "reading");
  expect(await json("list", "--withheld", "--state", "unread")).toEqual([]);
});

test("pictures in fetched HTML point at their saved files, and the files' own text is read as UTF-8", async () => {
  const html = {
    header: ["Content-Type: text/html; charset=iso-8859-1", "Content-Transfer-Encoding: 8bit"],
    body: '<meta charset=iso-8859-1><p>Gr\u00fc\u00dfe</p><img src="cid:map.1@x"><img src=cid:a%2Bb@x><img src="cid:none@x">',
  };
  const picture = (id: string, name: string) => {
    const part = attached(Buffer.from("89504e470d0a1a0a", "hex"), name, { type: "image/png" });
    return { ...part, header: [...part.header, `Content-ID: <${id}>`] };
  };
  const mail = multipart([html, picture("map.1@x", "the map.png"), picture("a+b@x", "b.png")], {
    type: "related",
  });
  const { result } = await cloud.deliver(await cloud.receive(Buffer.from(mail, "latin1")));
  await json("fetch", String(result?.reference), "--to", folder);
  await json("fetch", String(result?.reference), "--to", folder);
  expect(readdirSync(folder).sort()).toEqual(["01-text.txt", "02-html.html", "03-the map.png", "04-b.png"]);
  expect(readFileSync(join(folder, "02-html.html"), "utf8").trimEnd()).toBe(
    '\ufeff<meta charset=iso-8859-1><p>Gr\u00fc\u00dfe</p><img src="03-the%20map.png"><img src=04-b.png><img src="cid:none@x">',
  );
});

test("what was found in a part is shown with it and fetched like any part", async () => {
  const inner = multipart([textPart("Inner words."), attached(Buffer.from("x"), "story.bin")], {
    subject: "The Salt Road",
  });
  const message = { header: ["Content-Type: message/rfc822"], body: inner.replace(/(--|=")edge/g, "$1in") };
  const to = Array.from({ length: 150 }, (_, n) => `r${n}@x.example`).join(", ");
  const mail = multipart([textPart("See below."), message]).replace(/^To: /m, `To: ${to}, `);
  const { result } = await cloud.deliver(await cloud.receive(mail));
  const { stdout } = await desk(["show", String(result?.reference)]);
  expect(stdout).toContain("Sent to   151 addresses, of which 100 are kept");
  expect(stdout).toMatch(/3 +attachment .*The Salt Road\.txt \(in 2\)/);
  await json("fetch", String(result?.reference), "--to", folder);
  expect(readdirSync(folder).sort()).toEqual([
    "01-text.txt",
    "02-The Salt Road.eml",
    "03-The Salt Road.txt",
    "04-story.bin",
  ]);
});

test("what is longer than the screen goes through the reader's pager, if there is such a program", async () => {
  await stories("one");
  const paged = join(folder, "paged");
  const screen = { isTTY: true, rows: 5, columns: 80 };
  const shown = await desk(["next", "--no-save"], { env: { PAGER: `cat > "${paged}"` }, screen });
  expect([shown.code, shown.stdout]).toEqual([0, ""]);
  expect(readFileSync(paged, "utf8")).toContain("This is one.");
  const { stdout } = await desk(["list"], {
    env: { PAGER: "no-such-pager-here 2>/dev/null" },
    screen: { ...screen, rows: 1 },
  });
  expect(stdout).toContain("one");
});

test("a story that could not be read is in the list of refused ones, and shown by its id", async () => {
  await cloud.deliver(await cloud.receive(""));
  const [refused] = await json("list", "--state", "refused");
  const { stdout } = await desk(["show", String(refused?.id)]);
  expect(stdout).toContain("The mail is empty.");
  expect((await desk(["state", String(refused?.id), "reading"])).stderr).toMatch(
    /is refused and cannot become reading/,
  );
});

test.each([
  [[], /Usage: desk/],
  [["bogus"], /unknown command 'bogus'/],
  [["show"], /missing required argument 'reference'/],
  [["show", "../etc"], /It takes a reference such as K7Q2-9MPD/],
  [["state", "K7Q2-9MPD", "lost"], /Allowed choices are unread, reading, accepted, declined, withdrawn/],
  [["list", "--state", "lost"], /Allowed choices are/],
  [["list", "--limit", "0"], /It takes a whole number from 1 to 10000/],
  [["next", "--as", "a\u001bb"], /It takes a name of 1 to 64 characters/],
  [["stats", "more"], /too many arguments/],
])("the arguments %j are refused with exit code 2", async (args, problem) => {
  const { code, stdout, stderr } = await desk(args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(problem);
  if (args.length > 0) expect(stderr).toMatch(/^desk: [^\n]+\n$/);
});

test("no such story, no such fleet and nobody there are one line and exit code 1", async () => {
  expect(await desk(["show", "K7Q2-9MPD"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "desk: there is no story K7Q2-9MPD\n",
  });
  const nobody = await desk(["list"], { env: { FLEET_NAME: "nobody" } });
  expect([nobody.code, nobody.stderr]).toEqual([
    1,
    expect.stringMatching(/^desk: there is no fleet nobody at [^\n]+\n$/),
  ]);
  const off = await desk(["stats"], { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } });
  expect([off.code, off.stderr]).toEqual([
    1,
    expect.stringMatching(/^desk: no FIFO Fleet answers at [^\n]+\n$/),
  ]);
});

test("as a process it needs nothing but its arguments, and --help explains itself", async () => {
  const [reference = ""] = await stories("one");
  const command = fileURLToPath(new URL("../../../scripts/desk.ts", import.meta.url));
  const child = spawn(process.execPath, [command, "list", "--json"], {
    env: { AWS_ENDPOINT_URL: cloud.url, FLEET_NAME: cloud.names.fleet },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  for await (const chunk of child.stdout) stdout += chunk;
  expect(JSON.parse(stdout)).toMatchObject({ v: 1, reference });
  expect((await desk(["--help"])).code).toBe(0);
});
