// Malformed mails as they occur in practice, the same at every run. A test compares our parts with those of another
// parser. Written for this project.
import { attached, header, lines, type MailPart, multipart, nested, textPart } from "./mails.ts";

/** Bytes that look random but are the same every time. */
export function steadyBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Uuencodes bytes like the program of that name. */
export function uuencoded(bytes: Buffer, name = "file"): string {
  const character = (bits: number) => (bits === 0 ? "`" : String.fromCharCode(bits + 0x20));
  const rows = Array.from({ length: Math.ceil(bytes.length / 45) }, (_, row) => {
    const piece = bytes.subarray(row * 45, row * 45 + 45);
    const groups = Array.from({ length: Math.ceil(piece.length / 3) }, (__, group) => {
      const [a = 0, b = 0, c = 0] = piece.subarray(group * 3, group * 3 + 3);
      return [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].map(character).join("");
    });
    return character(piece.length) + groups.join("");
  });
  return lines(`begin 644 ${name}`, ...rows, "`", "end");
}

const part = (head: string[], body: string): MailPart => ({ header: head, body });
const file = (seed: number, length = 500) => attached(steadyBytes(length, seed), `${seed}.bin`);
const text = textPart("Please read.");
const cut = (mail: string, from: string, to: string) => mail.replace(from, to);

const inner = (boundary: string, closed: boolean, ...files: MailPart[]): MailPart =>
  part(
    [`Content-Type: multipart/mixed; boundary="${boundary}"`],
    [
      ...files.flatMap((each) => [`--${boundary}`, ...each.header, "", each.body]),
      ...(closed ? [`--${boundary}--`] : []),
    ].join("\r\n"),
  );

/** The mails, by what is odd about them. */
export const oddMails: Readonly<Record<string, string | Buffer>> = {
  "nothing odd": multipart([text, file(1), file(2, 70_000)]),
  "no closing delimiter": cut(multipart([text, file(3)]), "--edge--\r\n", ""),
  "blanks after delimiters": multipart([text, file(4)]).replaceAll(/--edge\r\n/g, "--edge \t\r\n"),
  "an inner multipart without its end": multipart([text, inner("inner", false, file(5)), file(6)]),
  "two inner multiparts without their ends": multipart([
    inner("a", false, file(7), inner("b", false, file(8))),
    file(9),
  ]),
  "an inner multipart with the outer one's delimiter": multipart([
    text,
    inner("edge", true, file(10)),
    file(11),
  ]),
  "a delimiter that begins like another": multipart([inner("edge-2", true, file(12)), file(13)]),
  "a multipart without parts": multipart([
    text,
    part(["Content-Type: multipart/mixed; boundary=x"], "stray text"),
  ]),
  "a multipart without boundary": lines(...header, "Content-Type: multipart/mixed", "", "--b", "", "text"),
  "delimiters of another boundary": cut(multipart([text, file(14)]), 'boundary="edge"', 'boundary="ridge"'),
  "text before and after the parts": cut(
    multipart([text, file(15)]),
    "--edge\r\n",
    "before\r\n--edge\r\n",
  ).concat("after\r\n"),
  "base64 in one line": multipart([
    part(
      [
        "Content-Type: application/x-one",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment",
      ],
      steadyBytes(9000, 16).toString("base64"),
    ),
  ]),
  "base64 with blanks and empty lines": multipart([
    part(
      [
        "Content-Type: application/x-two",
        "Content-Transfer-Encoding: BASE64",
        "Content-Disposition: attachment",
      ],
      steadyBytes(300, 17).toString("base64").replace(/.{40}/g, " $&\t\r\n\r\n"),
    ),
  ]),
  "base64 cut between groups": multipart([
    part(
      [
        "Content-Type: application/x-cut",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment",
      ],
      steadyBytes(300, 18).toString("base64").slice(0, 200),
    ),
  ]),
  "quoted-printable with soft breaks and errors": multipart([
    part(
      ["Content-Type: application/x-qp; name=qp", "Content-Transfer-Encoding: quoted-printable"],
      "a=\r\nb=3D=C3=A4=zz=4 end=20\r\nlast=",
    ),
  ]),
  uuencoded: multipart([
    text,
    part(
      ["Content-Type: application/x-uu; name=uu", "Content-Transfer-Encoding: x-uuencode"],
      uuencoded(steadyBytes(1000, 19)),
    ),
  ]),
  "eight bits in an attachment": Buffer.from(
    multipart([
      part(
        ["Content-Type: application/x-raw; name=raw", "Content-Transfer-Encoding: 8bit"],
        steadyBytes(600, 20)
          .toString("latin1")
          .replace(/[\r\n]/g, "x"),
      ),
    ]),
    "latin1",
  ),
  "NUL bytes": Buffer.from(
    multipart([part(["Content-Type: application/x-nul; name=nul"], "a\0b\0\0c"), textPart("x\0y")]),
    "latin1",
  ),
  "an empty attachment": multipart([text, attached(Buffer.alloc(0), "empty.txt")]),
  "an attachment of one line end": multipart([text, part(["Content-Type: text/plain; name=nl.txt"], "\r\n")]),
  "a text with a name": multipart([
    part(
      ["Content-Type: text/plain; charset=utf-8", "Content-Disposition: inline; filename=story.txt"],
      "Once.",
    ),
  ]),
  "a digest": multipart(
    [part([], lines("From: a@example.org", "", "one")), part([], lines("Subject: two", "", "2"))],
    {
      type: "digest",
    },
  ),
  "a message within": multipart([
    text,
    part(["Content-Type: message/rfc822"], multipart([textPart("inside"), file(21)]).trimEnd()),
  ]),
  "a type without a subtype": multipart([part(["Content-Type: text"], "words"), file(22)]),
  "an unknown transfer encoding": multipart([
    part(
      ["Content-Type: application/x-enc; name=enc", "Content-Transfer-Encoding: x-nobody-knows"],
      "as it came",
    ),
  ]),
  "no header": "\r\nonly a body\r\n",
  "no body": lines(...header, "Subject: only this"),
  "no empty line before the body": lines("From: a@example.org", "Subject: x", "this is no field", "", "body"),
  "eight bits in the header": Buffer.from(
    lines("From: J\u00f6rg <j@example.org>", "Subject: \u00fc", "", "x"),
    "latin1",
  ),
  "an unknown charset": lines(...header, "Content-Type: text/plain; charset=x-nobody", "", "hello"),
  "forty parts deep": nested(40),
  "fields without end": lines(
    ...header,
    "Subject: =?utf-8?B?broken",
    'Content-Type: text/plain; name="',
    "",
    "x",
  ),
  "nothing at all": "",
};
