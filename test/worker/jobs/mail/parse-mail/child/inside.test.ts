// What is inside of parts, in a real sandbox child: forwarded messages, winmail.dat, S/MIME containers, calendars.
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import {
  binary,
  compressedData,
  compressedRtf,
  embedded,
  envelopedData,
  signedData,
  streamedSignedData,
  string8,
  tnef,
  unicode,
  wide,
} from "../../../../../support/mails/containers.ts";
import {
  attached,
  header,
  lines,
  type MailPart,
  multipart,
  textPart,
} from "../../../../../support/mails/mails.ts";
import { steadyBytes } from "../../../../../support/mails/odd-mails.ts";
import { type ParsedPart, parsed } from "../../../../../support/mails/parse.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());

const brief = (parts: readonly ParsedPart[]) =>
  parts.map(({ name, contentType, within, body }) => [
    name,
    contentType.split(";")[0],
    within,
    body.length < 200 && /^(text|application\/rtf)/.test(contentType) ? body.toString().trim() : body.length,
  ]);

/** A message as a part. Delimiters must differ from those around it. */
let messages = 0;
function message(inner: string, more: string[] = []): MailPart {
  messages += 1;
  return {
    header: ["Content-Type: message/rfc822", ...more],
    body: inner.replace(/(--|=")edge\b/g, `$1in${messages}`),
  };
}
const story = attached(steadyBytes(700), "story.bin");

describe("messages in messages", () => {
  test("their texts and files follow the message that holds them, which is kept as it was", async () => {
    const inner = multipart([textPart("For your consideration."), story], { subject: "The Salt Road" });
    const { text, attachments, inside } = await parsed(
      sandbox,
      multipart([textPart("Forwarded."), message(inner), attached(Buffer.from("x"), "last.txt")]),
    );
    expect(text.trim()).toBe("Forwarded.");
    expect(attachments.map(({ name }) => name)).toEqual(["The Salt Road.eml", "last.txt"]);
    expect(attachments[0]?.body.toString()).toBe(
      message(inner).body.replaceAll(`in${messages}`, `in${messages - 1}`),
    );
    expect(brief(inside)).toEqual([
      ["The Salt Road.txt", "text/plain", 2, "For your consideration."],
      ["story.bin", "application/octet-stream", 2, 700],
    ]);
  });

  test("a message in base64, one with only HTML, and one in a digest are opened, too", async () => {
    const html = lines(...header, "Subject: Web", "Content-Type: text/html", "", "<p>Gr&uuml;&szlig;e</p>");
    const encoded = message(Buffer.from(html).toString("base64"), ["Content-Transfer-Encoding: base64"]);
    const digest: MailPart = {
      header: ["Content-Type: multipart/digest; boundary=d"],
      body: ["--d", "", lines(...header, "Subject: In a digest", "", "digested"), "--d--"].join("\r\n"),
    };
    const { inside } = await parsed(sandbox, multipart([textPart("x"), encoded, digest]));
    expect(brief(inside)).toEqual([
      ["Web.txt", "text/plain", 2, "Grüße"],
      ["Web.html", "text/html", 2, "<p>Gr&uuml;&szlig;e</p>"],
      ["In a digest.txt", "text/plain", 5, "digested"],
    ]);
    expect(inside[0]?.derived).toBe(true);
  });

  test("a mail that was attached as a file is opened, and a text that is called like one is not", async () => {
    const mail = lines(...header, "Subject: Saved", "", "saved words");
    const { inside } = await parsed(
      sandbox,
      multipart([
        textPart("x"),
        attached(Buffer.from(mail), "saved.EML"),
        attached(Buffer.from("no mail"), "b.eml"),
      ]),
    );
    expect(brief(inside)).toEqual([["Saved.txt", "text/plain", 2, "saved words"]]);
  });

  test("five levels are opened, and the sixth says why it was not", async () => {
    let mail = multipart([textPart("level 7")], { subject: "level 7" });
    for (let level = 6; level >= 0; level -= 1)
      mail = multipart([textPart(`level ${level}`), message(mail)], { subject: `level ${level}` });
    const { parts } = await parsed(sandbox, mail);
    expect(parts.map(({ name }) => name).filter((name) => name?.endsWith(".txt"))).toEqual(
      [1, 2, 3, 4, 5].map((level) => `level ${level}.txt`),
    );
    const { name, problem, body } = parts.at(-1) ?? {};
    expect([name, problem]).toEqual([
      undefined,
      "What is in it was not opened: it is more than 5 levels deep.",
    ]);
    expect(body?.toString()).toContain("level 6");
  });

  test("a bomb in a forwarded message costs that message only", async () => {
    const many = multipart(
      Array.from({ length: 600 }, () => textPart("x")),
      { subject: "many" },
    );
    const wideHeader = lines(...header, `X-Long: ${"x".repeat(300_000)}`, "", "x");
    const { text, attachments, inside } = await parsed(
      sandbox,
      multipart([textPart("Two bombs."), message(wideHeader), message(many), story]),
    );
    expect(text.trim()).toBe("Two bombs.");
    expect(attachments.map(({ problem }) => problem)).toEqual([
      "What is in it was not opened: a header in it is too large or too deep.",
      "What is in it was not opened: the mail would have too many parts.",
      undefined,
    ]);
    expect(inside).toEqual([]);
  });

  test("what comes out of parts is limited, so that forwarding a forwarded mail never makes it too large", async () => {
    const file = attached(Buffer.concat([Buffer.from("%PDF-1.7 "), steadyBytes(20 * 1024 ** 2)]), "big.pdf");
    let mail = multipart([file], { subject: "0" });
    for (let level = 1; level <= 3; level += 1) mail = multipart([message(mail)], { subject: String(level) });
    const { parts } = await parsed(sandbox, mail);
    expect(parts.map(({ problem }) => problem)).toContain(
      "What is in it was not opened: the mail would become larger than 64 MB.",
    );
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(128 * 1024 ** 2);
  });
});

describe("winmail.dat", () => {
  const winmail = (bytes: Buffer, type = "application/ms-tnef") => attached(bytes, "winmail.dat", { type });

  test("files become parts, with their long names and types", async () => {
    const bytes = tnef(
      [
        {
          title: Buffer.from("STORY~1.TXT"),
          bytes: Buffer.from("Once."),
          more: [{ type: unicode, id: 0x3707, data: wide("Die Straße.txt") }],
        },
        { title: Buffer.from("Caf\xe9.bin", "latin1"), bytes: steadyBytes(300) },
        {
          title: Buffer.from("PICTURE"),
          bytes: Buffer.from("89504e470d0a1a0a", "hex"),
          more: [
            { type: string8, id: 0x3712, data: Buffer.from("map@x\0") },
            { type: string8, id: 0x370e, data: Buffer.from("image/png\0") },
          ],
        },
      ],
      { message: [{ type: 3, id: 0x8005, data: Buffer.alloc(4), named: "a name" }] },
    );
    const { text, attachments, inside } = await parsed(
      sandbox,
      multipart([textPart("Attached."), winmail(bytes)]),
    );
    expect(text.trim()).toBe("Attached.");
    expect(attachments[0]?.body.equals(bytes)).toBe(true);
    expect(brief(inside)).toEqual([
      ["Die Straße.txt", "text/plain", 2, "Once."],
      ["Café.bin", "application/octet-stream", 2, 300],
      ["PICTURE", "image/png", 2, 8],
    ]);
    expect(inside[2]?.contentId).toBe("map@x");
  });

  test("it is known by its bytes, and its own text is the mail's where the mail has none", async () => {
    const bytes = tnef([], {
      codePage: 1251,
      message: [
        { type: string8, id: 0x1000, data: Buffer.from("cff0e8e2e5f200", "hex") },
        { type: binary, id: 0x1013, data: Buffer.from("<p>Привет</p>") },
        { type: binary, id: 0x1009, data: compressedRtf("{\\rtf1 Salt Road}") },
      ],
    });
    const { parts } = await parsed(sandbox, multipart([attached(bytes, "part.bin")]));
    expect(
      parts.map(({ role, contentType, name, body }) => [
        role,
        contentType.split(";")[0],
        name,
        body.length < 60 && body.toString(),
      ]),
    ).toEqual([
      ["text", "text/plain", undefined, "Привет"],
      ["html", "text/html", undefined, "<p>Привет</p>"],
      ["attachment", "application/ms-tnef", "part.bin", false],
      ["attachment", "application/rtf", "message.rtf", "{\\rtf1 Salt Road}"],
    ]);
  });

  test("a message that Outlook embeds is opened like the one around it", async () => {
    const inner = tnef([{ title: Buffer.from("inner.txt"), bytes: Buffer.from("deep") }]);
    const bytes = tnef([{ title: Buffer.from("Re: a story"), more: [embedded(inner)] }]);
    const { inside } = await parsed(sandbox, multipart([textPart("x"), winmail(bytes)]));
    expect(brief(inside)).toEqual([
      ["Re_ a story", "application/ms-tnef", 2, inner.length],
      ["inner.txt", "text/plain", 3, "deep"],
    ]);
  });

  test("one that is cut or not TNEF at all keeps what can be read, and says so", async () => {
    const bytes = tnef([
      { title: Buffer.from("one.txt"), bytes: Buffer.from("whole") },
      { title: Buffer.from("two.txt"), bytes: steadyBytes(500) },
    ]);
    const mail = multipart([
      textPart("x"),
      winmail(bytes.subarray(0, -200)),
      winmail(Buffer.from("no TNEF")),
    ]);
    const { attachments, inside } = await parsed(sandbox, mail);
    expect(brief(inside).map(([name]) => name)).toEqual(["one.txt", "two.txt"]);
    expect(attachments.map(({ problem }) => problem)).toEqual([
      "It is damaged; not all that is in it could be read.",
      "It is damaged; not all that is in it could be read.",
    ]);
  });
});

describe("S/MIME", () => {
  const inner = lines(
    "Content-Type: text/plain; charset=iso-8859-1",
    "Content-Transfer-Encoding: 8bit",
    "",
    "Die Stra\xdfe war wei\xdf.",
  );
  const wrapped = (bytes: Buffer, type = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") =>
    lines(
      ...header,
      "Subject: Signed",
      `Content-Type: ${type}`,
      "Content-Transfer-Encoding: base64",
      "",
      bytes.toString("base64").replace(/.{76}/g, "$&\r\n"),
    );
  const bytesOf = (text: string) => Buffer.from(text, "latin1");

  test.each([
    ["signed", signedData(bytesOf(inner)), undefined],
    ["signed in pieces", streamedSignedData(bytesOf(inner)), undefined],
    ["compressed", compressedData(bytesOf(inner)), undefined],
    ["declared by an older type", signedData(bytesOf(inner)), "application/x-pkcs7-mime"],
    ["known by its name only", signedData(bytesOf(inner)), 'application/octet-stream; name="smime.p7m"'],
  ])("the mail in a container that is %s is read, and marked as unchecked", async (_, bytes, type) => {
    const { text, parts, attachments } = await parsed(sandbox, wrapped(bytes, type));
    expect(text).toBe("Die Straße war weiß.\n");
    expect(parts[0]).toMatchObject({ role: "text", within: 2, unchecked: true });
    expect(attachments).toHaveLength(1);
    expect(attachments[0]?.body.equals(bytes)).toBe(true);
  });

  test("files in it are unchecked, and beside a text of its own the mail keeps that text", async () => {
    const mime = multipart([textPart("Signed words."), story]);
    const part = attached(signedData(Buffer.from(mime)), "smime.p7m", { type: "application/pkcs7-mime" });
    const { text, inside } = await parsed(sandbox, multipart([textPart("A list added this."), part]));
    expect(text.trim()).toBe("A list added this.");
    expect(brief(inside).map(([name]) => name)).toEqual(["A story.txt", "story.bin"]);
    expect(inside.every(({ unchecked }) => unchecked === true)).toBe(true);
  });

  test("what is encrypted or damaged is kept and says so", async () => {
    const bomb = compressedData(Buffer.alloc(80 * 1024 ** 2));
    const all = [envelopedData(), bomb, deflateSync(Buffer.from("x")), Buffer.from("3080", "hex")];
    const parts = all.map((bytes) => attached(bytes, "smime.p7m", { type: "application/pkcs7-mime" }));
    const { attachments, inside } = await parsed(sandbox, multipart([textPart("x"), ...parts]));
    expect(attachments.map(({ problem }) => problem)).toEqual([
      "It is encrypted and cannot be read here.",
      "What is in it could not be opened: it is damaged.",
      undefined,
      undefined,
    ]);
    expect(inside).toEqual([]);
  });
});

describe("calendars", () => {
  const calendar = (...entry: string[]): MailPart => ({
    header: ["Content-Type: text/calendar; charset=utf-8; method=REQUEST"],
    body: ["BEGIN:VCALENDAR", "VERSION:2.0", ...entry, "END:VCALENDAR"].join("\r\n"),
  });

  test("a calendar without a name has that of its event", async () => {
    const parts = [
      calendar(
        "BEGIN:VEVENT",
        "SUMMARY;LANGUAGE=en:Launch\\, spring",
        "  issue",
        "DTSTART:20261201T180000Z",
        "END:VEVENT",
      ),
      calendar("BEGIN:VEVENT", "END:VEVENT"),
      { ...calendar(), body: "no calendar" },
    ];
    const { attachments } = await parsed(
      sandbox,
      multipart([textPart("Come."), ...parts], { type: "alternative" }),
    );
    expect(attachments.map(({ name, contentType }) => [name, contentType])).toEqual([
      ["Launch, spring issue.ics", "text/calendar"],
      ["invitation.ics", "text/calendar"],
      ["invitation.ics", "text/calendar"],
    ]);
  });
});
