// The task `parse-mail` in a real sandbox child, with usual, old, odd and hostile mails.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { mailLimits } from "../../../../../../worker/jobs/mail/parse-mail/child/contract.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import {
  attached,
  bodyIn,
  header,
  lines,
  multipart,
  nested,
  textPart,
} from "../../../../../support/mails/mails.ts";
import { parsed, parseRaw } from "../../../../../support/mails/parse.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
});

afterAll(() => sandbox.close());

const refusalOf = async (mail: string | Buffer) => (await parseRaw(sandbox, mail)).answer;

describe("parts", () => {
  test("bodies and attachments become files with exactly the attached bytes", async () => {
    const story = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(100_000)]);
    const html = { header: ["Content-Type: text/html; charset=utf-8"], body: "<p>Read <b>me</b></p>" };
    const { facts, parts } = await parsed(
      sandbox,
      multipart([textPart("Read me."), html, attached(story, "story.pdf")]),
    );
    expect(facts).toMatchObject({
      from: { address: "ann@example.org", name: "Ann Author" },
      recipients: ["submissions@magazine.example"],
      subject: "A story",
      messageId: "<one@example.org>",
      date: "Mon, 02 Nov 2026 10:00:00 +0000",
      list: false,
      report: false,
    });
    expect(parts.map(({ role, contentType, name }) => [role, contentType, name])).toEqual([
      ["text", "text/plain; charset=utf-8", undefined],
      ["html", "text/html; charset=utf-8", undefined],
      ["attachment", "application/pdf", "story.pdf"],
    ]);
    expect(parts[0]?.body.toString().trim()).toBe("Read me.");
    expect(parts[2]?.body.equals(story)).toBe(true);
    expect(parts[2]?.bytes).toBe(story.length);
  });

  test("a mail with only HTML gets a text that is marked as derived", async () => {
    const html = Buffer.from(
      "<html><head><title>no</title><style>p{}</style></head><p>One &amp; two</p><ul><li>3 &lt; 4</ul>",
    );
    const { parts, text } = await parsed(sandbox, bodyIn("utf-8", html, "text/html"));
    expect(text).toBe("One & two\n\n- 3 < 4");
    expect(parts.map(({ role, derived }) => [role, derived])).toEqual([
      ["text", true],
      ["html", undefined],
    ]);
  });

  test("a nested message stays whole, whatever its disposition, and so does a delivery report", async () => {
    const inner = lines("From: b@example.org", "Subject: inner", "", "inside");
    for (const disposition of ["inline", "attachment"]) {
      const part = {
        header: ["Content-Type: message/rfc822", `Content-Disposition: ${disposition}`],
        body: inner,
      };
      const { attachments } = await parsed(sandbox, multipart([textPart("see below"), part]));
      expect(attachments).toMatchObject([{ contentType: "message/rfc822" }]);
      expect(attachments[0]?.body.toString()).toBe(inner);
    }
    const report = {
      header: ["Content-Type: message/delivery-status"],
      body: "Reporting-MTA: dns; mx.example.org",
    };
    const bounce = await parsed(sandbox, multipart([textPart("sorry"), report], { type: "report" }));
    expect(bounce.facts.report).toBe(true);
    expect(bounce.attachments).toMatchObject([{ contentType: "message/delivery-status" }]);
  });

  test("winmail.dat and an S/MIME envelope are kept unchanged", async () => {
    const tnef = Buffer.concat([Buffer.from([0x78, 0x9f, 0x3e, 0x22]), randomBytes(500)]);
    const envelope = randomBytes(700);
    const { attachments } = await parsed(
      sandbox,
      multipart([
        textPart("x"),
        attached(tnef, "winmail.dat"),
        attached(envelope, "smime.p7m", { type: "application/pkcs7-mime" }),
      ]),
    );
    expect(attachments.map(({ name, contentType }) => [name, contentType])).toEqual([
      ["winmail.dat", "application/ms-tnef"],
      ["smime.p7m", "application/pkcs7-mime"],
    ]);
    expect(attachments[0]?.body.equals(tnef)).toBe(true);
    expect(attachments[1]?.body.equals(envelope)).toBe(true);
  });

  test("a truncated attachment is kept as far as it was received", async () => {
    const whole = multipart([textPart("x"), attached(randomBytes(30_000), "long.bin")]);
    const { attachments } = await parsed(sandbox, whole.slice(0, whole.length - 20_000));
    expect(attachments).toHaveLength(1);
    expect(attachments[0]?.bytes).toBeGreaterThan(10_000);
  });
});

describe("charsets", () => {
  test.each([
    ["iso-2022-jp", "1b244224332473244b2441244f1b2842", "こんにちは"],
    ["shift_jis", "82b182f182c982bf82cd", "こんにちは"],
    ["koi8-r", "d0d2c9d7c5d4", "привет"],
    ["utf-7", "2b4b676d2d", "⨉"],
    ["iso-8859-1", "4772fcdf65", "Grüße"],
    ["no-such-charset", "68656c6c6f", "hello"],
    ["iso-8859-1", "4772c3bcc39f65", "Grüße"],
    ["us-ascii", "9343616694e920963132", "“Caf”é –12"],
    ["utf-8", "436166e9", "Café"],
  ])("%s is read", async (charset, hex, expected) => {
    const { text } = await parsed(sandbox, bodyIn(charset, Buffer.from(hex, "hex")));
    expect(text.trim()).toBe(expected);
  });

  test("a flowed text is joined, and an encoding in an odd spelling is decoded", async () => {
    const flowed = {
      header: ["Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes"],
      body: "The road was white and no \r\nbody had swept it.\r\n> one \r\n> two",
    };
    const bytes = Buffer.from("%PDF-1.4 odd");
    const odd = ["base64;", "BASE64 (by a program)", '"base64"', " base64 "].map((encoding, n) => ({
      header: [`Content-Type: application/pdf; name=${n}.pdf`, `Content-Transfer-Encoding: ${encoding}`],
      body: bytes.toString("base64"),
    }));
    const { text, attachments } = await parsed(sandbox, multipart([flowed, ...odd]));
    expect(text).toBe("The road was white and nobody had swept it.\n> onetwo");
    expect(attachments.map(({ body }) => body.toString())).toEqual(odd.map(() => "%PDF-1.4 odd"));
  });

  test("encoded words and RFC 2231 names are read", async () => {
    const parameter = "filename*0*=utf-8''Erz%C3%A4hl; filename*1*=ung%20%E2%82%AC.txt";
    const mail = multipart([attached(Buffer.from("x"), "", { parameter })], {
      subject: "=?utf-8?B?RXJ6w6RobHVuZw==?=",
    });
    const { facts, attachments } = await parsed(sandbox, mail);
    expect(facts.subject).toBe("Erzählung");
    expect(attachments[0]?.name).toBe("Erzählung €.txt");
  });
});

describe("header text", () => {
  const named = (parameter: string) => attached(Buffer.from("x"), "", { parameter });

  test.each([
    ["raw Latin-1", 'filename="Caf\xe9 \x93a\x94.txt"', "Caf\u00e9 \u201ca\u201d.txt"],
    ["raw UTF-8", 'filename="Gr\xc3\xbc\xc3\x9fe.txt"', "Gr\u00fc\u00dfe.txt"],
    ["UTF-8 that claims Latin-1", "filename*=iso-8859-1''Gr%C3%BC%C3%9Fe.txt", "Gr\u00fc\u00dfe.txt"],
    [
      "an encoded word that claims Latin-1",
      'filename="=?iso-8859-1?Q?Gr=C3=BC=C3=9Fe.txt?="',
      "Gr\u00fc\u00dfe.txt",
    ],
    ["an encoded word of Windows-1252", 'filename="=?iso-8859-1?B?k2GULnR4dA==?="', "\u201ca\u201d.txt"],
  ])("%s is read in names of parts", async (_, parameter, expected) => {
    const { attachments } = await parsed(sandbox, Buffer.from(multipart([named(parameter)]), "latin1"));
    expect(attachments[0]?.name).toBe(expected);
  });

  test("subjects and senders are read whatever they claim, also where an encoded word touches other text", async () => {
    const mail = lines(
      "From: J\xfcrgen \x96 M <ann@example.org>",
      "Subject: \xc3\x9cber =?utf-8?Q?=C3=A4?= und Erz=?iso-8859-1?Q?=C3=A4hlung?=",
      "",
      "x",
    );
    const { facts } = await parsed(sandbox, Buffer.from(mail, "latin1"));
    expect(facts.from?.name).toBe("J\u00fcrgen \u2013 M");
    expect(facts.subject).toBe("\u00dcber \u00e4 und Erz\u00e4hlung");
  });
});

describe("broken mails", () => {
  test("carriage returns end lines in a mail without line feeds", async () => {
    const mail = multipart([textPart("old style"), attached(Buffer.from("bytes"), "a.bin")]);
    const { facts, text, attachments } = await parsed(sandbox, mail.replaceAll("\r\n", "\r"));
    expect(facts.subject).toBe("A story");
    expect(text.trim()).toBe("old style");
    expect(attachments[0]?.body.toString()).toBe("bytes");
  });

  test("the separator line of an mbox is not part of the mail", async () => {
    const { facts } = await parsed(
      sandbox,
      `From ann@example.org Mon Nov  2 10:00:00 2026\n${multipart([textPart("x")])}`,
    );
    expect(facts).toMatchObject({ subject: "A story", from: { address: "ann@example.org" } });
  });

  test("a mail without Message-ID, From or any header still has its text", async () => {
    const { facts, text } = await parsed(sandbox, "\r\nonly a body\r\n");
    expect([facts.from, facts.messageId, facts.subject]).toEqual([undefined, undefined, undefined]);
    expect(text.trim()).toBe("only a body");
  });

  test("the facts that automatic replies depend on are reported", async () => {
    const { facts } = await parsed(
      sandbox,
      lines(
        ...header,
        "Return-Path: <>",
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <stories.example.org>",
        "X-Auto-Response-Suppress: All",
        "",
        "away",
      ),
    );
    expect(facts).toMatchObject({
      returnPath: "<>",
      autoSubmitted: "auto-replied",
      precedence: "bulk",
      list: true,
      autoResponseSuppress: "All",
    });
  });
});

describe("hostile mails", () => {
  test("names of attachments are safe: no path, no control character, no direction mark, at most 255 bytes", async () => {
    const names = [
      ["../../etc/passwd", "_.._etc_passwd"],
      ["..\\\\..\\\\boot.ini", "_.._boot.ini"],
      ["=?utf-8?B?YQBiDQpjLnR4dA==?=", "a b c.txt"],
      ["=?utf-8?Q?story=E2=80=AEfdp.exe?=", "story fdp.exe"],
      [`${"x".repeat(3000)}.txt`, `${"x".repeat(251)}.txt`],
    ];
    const { attachments } = await parsed(
      sandbox,
      multipart(names.map(([given = ""]) => attached(Buffer.from("x"), given))),
    );
    expect(attachments.map(({ name }) => name)).toEqual(names.map(([, kept]) => kept));
  });

  test("328 attachments are 328 parts, in order", async () => {
    const all = Array.from({ length: 328 }, (_, index) =>
      attached(Buffer.from(`no ${index}`), `${index}.txt`),
    );
    const { attachments } = await parsed(sandbox, multipart([textPart("many"), ...all]));
    expect(attachments.map(({ body }) => body.toString())).toEqual(all.map((_, index) => `no ${index}`));
  });

  test("an attachment of 25 MB is kept whole with less than 400 MB of memory", async () => {
    const bytes = randomBytes(25 * 1024 ** 2);
    const { attachments } = await parsed(sandbox, multipart([attached(bytes, "big.bin")]));
    expect(attachments[0]?.body.equals(bytes)).toBe(true);
  });

  test("200,000 nested divs are an HTML part with its text", async () => {
    const html = `${"<div>".repeat(200_000)}deep${"</div>".repeat(200_000)}`;
    const { text, parts } = await parsed(sandbox, bodyIn("utf-8", Buffer.from(html), "text/html"));
    expect(text).toBe("deep");
    expect(parts.find(({ role }) => role === "html")?.bytes).toBeGreaterThanOrEqual(html.length);
  });

  test("each limit refuses by its own name, and the child survives", async () => {
    const refused = (code: string) => ({ outcome: "refused", code });
    const long = lines(...header, `Subject: ${"a ".repeat(400_000)}`, "", "x");
    const folded = lines(
      ...header,
      ...Array.from({ length: 20_000 }, (_, n) => `X-${n}: ${"y".repeat(30)}`),
      "",
      "",
    );
    const endless = `${lines(...header)}${"word ".repeat(60_000)}`;
    for (const mail of [long, folded, endless, `${lines(...header)}X: ${"x".repeat(280 * 1024)}`])
      expect(await refusalOf(mail)).toMatchObject(refused("header-too-large"));
    const part = { header: [`Content-Type: text/plain; name="${"x".repeat(70_000)}"`], body: "x" };
    expect(await refusalOf(multipart([part]))).toMatchObject(refused("part-header-too-large"));
    for (const depth of [5000, mailLimits.depth + 1])
      expect(await refusalOf(nested(depth))).toMatchObject(refused("too-deep"));
    expect(await refusalOf(nested(mailLimits.depth))).toMatchObject({ outcome: "decoded" });
    const flat = (count: number) => multipart(Array.from({ length: count }, () => textPart("x")));
    expect(await refusalOf(flat(mailLimits.nodes))).toMatchObject({
      ...refused("too-many-parts"),
      reason: "The mail has more than 500 parts.",
    });
    expect(await refusalOf(flat(mailLimits.nodes - 1))).toMatchObject({ outcome: "decoded" });
  });
});
