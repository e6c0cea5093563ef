// Mailboxes of every usual kind, as real files: where their mails begin and end, and what the quoting hid.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mailsIn, type Quoting, unquoted } from "../../../../scripts/submit/mail/mailbox.ts";
import { kindOfFile } from "../../../../scripts/submit/mail/recognise.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fleet-mailbox-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: string | Buffer, name = "box"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function mailsOf(path: string, quoting: Quoting = "rd") {
  const mails: { text: string; sender: string | undefined }[] = [];
  for await (const { start, end, sender } of mailsIn(path)) {
    const bytes = createReadStream(path, { start, end: end - 1 });
    mails.push({ text: (await buffer(unquoted(bytes, quoting))).toString("latin1"), sender });
  }
  return mails;
}

const line = "From ann@example.org Mon Nov  2 10:00:00 2026";

test("each mail of a mailbox comes out as it went in, with line ends as they are", async () => {
  for (const end of ["\n", "\r\n"]) {
    const one = ["Subject: one", "", "first", ""].join(end);
    const two = ["Subject: two", "", "second", "", "third", ""].join(end);
    const path = fileWith(`${line}${end}${one}${end}From - Tue Nov  3 11:11:11 2026${end}${two}${end}`);
    expect(await mailsOf(path)).toEqual([
      { text: one, sender: "ann@example.org" },
      { text: two, sender: "-" },
    ]);
  }
});

test("prose that begins with From divides nothing", async () => {
  const body = ["Subject: x", "", "a", "", "From here on, at 10:30 in 2026, all went well.", "Yes.", ""];
  const other = ["", "From now on", "Subject: still the body", ""];
  expect(await mailsOf(fileWith([line, ...body, ...other].join("\n")))).toHaveLength(1);
});

test("the first separator needs no date", async () => {
  expect(await mailsOf(fileWith("From somebody\nSubject: x\n\nbody\n"))).toEqual([
    { text: "Subject: x\n\nbody\n", sender: undefined },
  ]);
});

test("quoted lines lose one mark: mboxrd in all depths, mboxo in the first only", async () => {
  const path = fileWith(`${line}\nSubject: x\n\n>From me\n>>From you\n > From none\n`);
  expect((await mailsOf(path))[0]?.text).toBe("Subject: x\n\nFrom me\n>From you\n > From none\n");
  expect((await mailsOf(path, "o"))[0]?.text).toBe("Subject: x\n\nFrom me\n>>From you\n > From none\n");
});

test("mails of any bytes survive the way into an mboxrd file and out of it", async () => {
  const words = ["\n", "\n\n", ">From ", "From ", ">>From x", "a", "\r\n", `${line}\n`, "é", "\0"];
  const body = fc
    .array(fc.constantFrom(...words), { maxLength: 12 })
    .map((all) => `X: y\n\n${all.join("")}\n`);
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 4 }), async (mails) => {
      const quoted = mails.map((mail) => `${line}\n${mail.replace(/^>*From /gm, ">$&")}\n`);
      const path = fileWith(Buffer.from(quoted.join(""), "latin1"));
      expect((await mailsOf(path)).map(({ text }) => text)).toEqual(mails);
    }),
    { numRuns: 60 },
  );
});

test("separators are found wherever a chunk of the file ends, also after very long lines", async () => {
  const chunk = 1024 * 1024;
  for (const before of [0, 1, 2, 5, 6, 7, 30, 60]) {
    const head = `${line}\nSubject: long\n\n`;
    const one = `${"x".repeat(chunk - head.length - before)}\n`;
    const path = fileWith(`${head}${one}\n${line}\nSubject: second\n\ny\n\n`);
    expect((await mailsOf(path)).map(({ text }) => text.slice(-20))).toEqual([
      `${"x".repeat(19)}\n`,
      "Subject: second\n\ny\n",
    ]);
  }
});

test("files are told by their content where their names say nothing", async () => {
  const mail = "Received: from a\nFrom: a@example.org\nSubject: x\n\nbody";
  const cases: [string, string, string][] = [
    ["00001.7c53336b", `${line}\n${mail}`, "mailbox"],
    ["inbox", mail, "mail"],
    ["picture.txt", "Just: text\nand more", "other"],
    ["story.txt", "From the first day\nSubject matters: none", "other"],
    ["cr-only", mail.replaceAll("\n", "\r"), "mail"],
    ["anything.eml", "no header at all", "mail"],
    ["anything.EML", `${line}\n${mail}`, "mail"],
    ["one.mbox", mail, "mail"],
    ["empty", "", "other"],
    ["picture.png", "\x89PNG\r\n\x1a\n", "other"],
  ];
  for (const [name, content, kind] of cases) {
    const path = fileWith(Buffer.from(content, "latin1"), name);
    expect([name, await kindOfFile(path)]).toEqual([name, kind]);
  }
});
