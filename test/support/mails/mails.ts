// Mails for tests, written byte by byte, so that no library normalises them.

/** Lines with the line ends of SMTP. */
export const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n`;

export const header = [
  "From: Ann Author <ann@example.org>",
  "To: submissions@magazine.example",
  "Message-ID: <one@example.org>",
  "Date: Mon, 02 Nov 2026 10:00:00 +0000",
  "MIME-Version: 1.0",
];

/** One part of a multipart: its own header lines, an empty line, its body. */
export type MailPart = { header: string[]; body: string };

/** A multipart mail. */
export function multipart(
  parts: readonly MailPart[],
  { type = "mixed", subject = "A story" }: { type?: string; subject?: string } = {},
): string {
  return lines(
    ...header,
    `Subject: ${subject}`,
    `Content-Type: multipart/${type}; boundary="edge"`,
    "",
    ...parts.flatMap((part) => ["--edge", ...part.header, "", part.body]),
    "--edge--",
  );
}

export const textPart = (body: string): MailPart => ({
  header: ["Content-Type: text/plain; charset=utf-8"],
  body,
});

/** An attachment in base64. `name` is written into the header unchanged. */
export function attached(
  bytes: Buffer,
  name: string,
  { type = "application/octet-stream", parameter = `filename="${name}"` } = {},
): MailPart {
  const body = bytes.toString("base64").replace(/.{76}/g, "$&\r\n");
  return {
    header: [
      `Content-Type: ${type}`,
      "Content-Transfer-Encoding: base64",
      `Content-Disposition: attachment; ${parameter}`,
    ],
    body,
  };
}

/** A mail with one body of this type and charset. Its bytes are unchanged. */
export function bodyIn(charset: string, body: Buffer, type = "text/plain"): Buffer {
  const head = lines(
    ...header,
    "Subject: charset",
    `Content-Type: ${type}; charset=${charset}`,
    "Content-Transfer-Encoding: 8bit",
    "",
  );
  return Buffer.concat([Buffer.from(head), body]);
}

/** `depth` nested multiparts. */
export function nested(depth: number): string {
  const open = Array.from({ length: depth }, (_, level) =>
    lines(`Content-Type: multipart/mixed; boundary="b${level}"`, "", `--b${level}`),
  );
  return `${lines(...header)}${open.join("")}${lines("Content-Type: text/plain", "", "deep")}`;
}
