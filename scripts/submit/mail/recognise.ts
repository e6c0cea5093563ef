// Whether a file is a mail, a mailbox or neither: decided by its name where that is clear, else by its first lines.
import { open } from "node:fs/promises";
import { extname } from "node:path";

/** What a file contains: one mail, several mails in mbox format, or something else. */
export type FileKind = "mail" | "mailbox" | "other";

const readBytes = 16 * 1024;

/** A separator line, then a header line (RFC 4155, appendix A); some programs quote an older separator there. */
const mailboxStart = /^From [^\n]*\n>?[!-9;-~]+[ \t]*:/;

/** Fields that every mail program writes; a file with two of them in its header is a mail. */
const usualFields =
  /^(?:return-path|received|delivered-to|from|to|cc|subject|date|message-id|mime-version|content-type|sender|reply-to):/i;

/** Decides what a file contains from at most its first 16 KB. */
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
  const { buffer, bytesRead } = await file.read(Buffer.alloc(readBytes), 0, readBytes, 0);
  return buffer.toString("latin1", 0, bytesRead);
}

function isMail(text: string): boolean {
  const start = text.replace(/^(?:\u00ef\u00bb\u00bf|[ \t]*\r?\n)+/, "");
  const header = start.split(/\r\n\r\n|\n\n|\r\r/, 1)[0] ?? "";
  const lines = header.split(/\r\n|\n|\r/);
  if (!/^[!-9;-~]+[ \t]*:/.test(lines[0] ?? "")) return false;
  return new Set(lines.map((line) => usualFields.exec(line)?.[0].toLowerCase())).size > 2;
}
