// What this job adds to mailparser, in a real sandbox child. A version of mailparser with other internals fails here.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { uudecode } from "../../../../../../worker/jobs/mail/parse-mail/child/uuencode.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import {
  attached,
  header,
  lines,
  type MailPart,
  multipart,
  textPart,
} from "../../../../../support/mails/mails.ts";
import { oddMails, steadyBytes, uuencoded } from "../../../../../support/mails/odd-mails.ts";
import { parsed } from "../../../../../support/mails/parse.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());

const uuPart = (body: string): MailPart => ({
  header: ["Content-Type: application/x-uu; name=story.bin", "Content-Transfer-Encoding: x-uuencode"],
  body,
});

test("a problem with a part is noted on that part, and the other parts are whole", async () => {
  const story = steadyBytes(2000);
  const damaged = uuencoded(story).replace(/\r\n.{61}\r\n/, "\r\n\u00fc broken\r\n");
  const mail = multipart([
    textPart("Please read."),
    uuPart(damaged),
    uuPart("not uuencoded at all"),
    { header: ["Content-Type: multipart/mixed; boundary=nowhere"], body: "stray words" },
    attached(story, "whole.bin"),
  ]);
  const { text, attachments } = await parsed(sandbox, Buffer.from(mail, "latin1"));
  expect(text.trim()).toBe("Please read.");
  expect(attachments.map(({ name, problem }) => [name, problem])).toEqual([
    ["story.bin", "The part is damaged and was not read to its end."],
    ["story.bin", "The part is declared as uuencoded but is not; it is kept unchanged."],
    ["whole.bin", undefined],
    [undefined, "The parts could not be separated; this is the whole content, unchanged."],
  ]);
  expect(attachments[1]?.body.toString()).toBe("not uuencoded at all");
  expect(attachments[2]?.body.equals(story)).toBe(true);
  expect(attachments[3]?.body.toString()).toBe("stray words");
});

test("uuencoded files are decoded, even inside a text", async () => {
  const story = Buffer.concat([Buffer.from("%PDF-1.4 "), steadyBytes(3001)]);
  const { attachments } = await parsed(
    sandbox,
    lines(...header, "Content-Transfer-Encoding: uuencode", "", uuencoded(story)),
  );
  expect(attachments).toMatchObject([{ contentType: "application/pdf" }]);
  expect(attachments[0]?.problem).toBeUndefined();
  expect(attachments[0]?.body.equals(story)).toBe(true);
  expect(uudecode(Buffer.from("begin 644 x\n#86)C\n"))).toEqual({ bytes: Buffer.from("abc"), whole: false });
});

test("the delimiter of an outer multipart ends every inner one, so no attachment becomes part of another", async () => {
  const { attachments } = await parsed(sandbox, oddMails["two inner multiparts without their ends"] ?? "");
  expect(attachments.map(({ name, bytes }) => [name, bytes])).toEqual([
    ["7.bin", 500],
    ["8.bin", 500],
    ["9.bin", 500],
  ]);
});

test("a text with a name is an attachment, and a text without one is the body", async () => {
  const named = (name: string): MailPart => ({
    header: ["Content-Type: text/plain; charset=iso-8859-1", `Content-Disposition: inline; filename=${name}`],
    body: "Gr\u00fc\u00dfe",
  });
  const mail = multipart([textPart("Hello"), named("one.txt"), textPart("Bye"), named("two.txt")]);
  const { text, attachments } = await parsed(sandbox, Buffer.from(mail, "latin1"));
  expect(text.split(/\s+/)).toEqual(["Hello", "Bye"]);
  expect(attachments.map(({ name, body }) => [name, body.toString("latin1")])).toEqual([
    ["one.txt", "Gr\u00fc\u00dfe"],
    ["two.txt", "Gr\u00fc\u00dfe"],
  ]);
});

test("a multipart without a subtype is text, and the mail around it is read", async () => {
  for (const type of ["multipart/", "multipart/; boundary=x", "multipart"]) {
    const part = { header: [`Content-Type: ${type}`], body: "words in it" };
    const { text, attachments } = await parsed(sandbox, multipart([textPart("Please read."), part]));
    expect([text.includes("words in it"), attachments]).toEqual([true, []]);
  }
});
