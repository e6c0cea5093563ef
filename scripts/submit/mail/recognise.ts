// Whether a file is a mail or a mailbox of mails: by its name where the name says so, else by its first lines.
import { open } from "node:fs/promises";
import { extname } from "node:path";

/** What a file holds: one mail, mails one after another in mbox format, or something else. */
export type FileKind = "mail" | "mailbox" | "other";

const lookedAtBytes = 16 * 1024;

/** A separator line of a mailbox, then a line of a header (RFC 4155, appendix A); some programs quote an older one. */
const mailboxStart = /^From [^\n]*\n>?[!-9;-~]+[ \t]*:/;

/** Fields every mail program writes; two of them among the first lines make a mail. */
const usualFields =
  /^(?:return-path|received|delivered-to|from|to|cc|subject|date|message-id|mime-version|content-type|sender|reply-to):/i;

/** Tells what the file holds, by at most its first 16 KB. */
export async function kindOfFile(path: string): Promise<FileKind> {
  const named = extname(path).toLowerCase();
  if (named === ".eml") return "mail";
  const start = await startOf(path);
  if (mailboxStart.test(start)) return "mailbox";
  if (named === ".mbox") return start === "" ? "mailbox" : "mail";
  return isMail(start) ? "mail" : "other";
}

async function startOf(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAtBytes), 0, lookedAtBytes, 0);
  return buffer.toString("latin1", 0, bytesRead);
}

function isMail(start: string): boolean {
  const header = start.split(/\r\n\r\n|\n\n|\r\r/, 1)[0] ?? "";
  const lines = header.split(/\r\n|\n|\r/);
  if (!/^[!-9;-~]+[ \t]*:/.test(lines[0] ?? "")) return false;
  return new Set(lines.map((line) => usualFields.exec(line)?.[0].toLowerCase())).size > 2;
}
