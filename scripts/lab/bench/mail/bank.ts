// Mails of given sizes: a text and attachments of bytes that do not compress, as pictures and documents are.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const lineLength = 76;
const boundary = "bench-boundary";

/** Bytes in base64, in lines as mails have them (RFC 2045, section 6.8). */
const base64Lines = (bytes: Buffer): string =>
  (bytes.toString("base64").match(new RegExp(`.{1,${lineLength}}`, "g")) ?? []).join("\r\n");

/** An attachment's own bytes at most; a larger mail has several. */
const attachmentBytes = 5 * 1024 * 1024;

/** A mail of about so many bytes, without a Message-ID: whoever sends it several times gives each a line of its own. */
export function mailOf(bytes: number): string {
  const head = [
    "From: Ann <ann@example.org>",
    "To: stories@magazine.example",
    "Subject: A story with attachments",
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Dear editors, here is my story. =C3=84 and =C3=B6 are in it.\r\n".repeat(20),
  ];
  const parts: string[] = [];
  // 76 characters and a line end carry 57 bytes.
  for (let left = Math.floor(((bytes - 2000) * 57) / 78); left > 0; left -= attachmentBytes)
    parts.push(
      `--${boundary}`,
      `Content-Type: application/octet-stream; name="part-${parts.length}.bin"`,
      "Content-Transfer-Encoding: base64",
      `Content-Disposition: attachment; filename="part-${parts.length}.bin"`,
      "",
      base64Lines(randomBytes(Math.min(left, attachmentBytes))),
    );
  return [...head, ...parts, `--${boundary}--`, ""].join("\r\n");
}

/** Writes a mail into a folder; returns its name. */
export async function writeMail(folder: string, bytes: number): Promise<string> {
  const name = `${bytes}.eml`;
  await writeFile(join(folder, name), mailOf(bytes));
  return name;
}
