// Bodies as large as a mail may be are read within the memory of a sandbox child, and nothing of them is lost.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { decodeMail } from "../../../../../worker/jobs/mail/parse-mail/decode-mail.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { sourceFile } from "../../../../../worker/jobs/shared/decode-untrusted.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());

const bodyBytes = 38 * 1024 ** 2;
const repeated = (piece: string) =>
  Buffer.from(piece.repeat(Math.floor(bodyBytes / Buffer.byteLength(piece))));
const mail = (type: string, body: Buffer) =>
  Buffer.concat([
    Buffer.from("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"),
    Buffer.from(`Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`),
    body,
  ]);

test.each([
  ["text/plain", "Grüße “quoted” — łódź 日本語, a line of text\r\n"],
  ["text/html", "<p style='color:red'>Grüße — łódź <a href='https://x.example/y'>link</a> words</p>\r\n"],
])(
  "38 MB of %s in lines of %j are read whole, within the cap of a child",
  { timeout: 120_000 },
  async (type, line) => {
    const body = repeated(line);
    await using directory = await sandbox.directory();
    await writeFile(join(directory.path, sourceFile), mail(type, body));
    const outcome = await decodeMail(directory, { sandbox, run: 1, signal: new AbortController().signal });
    if (outcome.outcome === "refused") throw new Error(outcome.refusal.reason);
    const part = outcome.parts.find(({ contentType }) => contentType.startsWith(type));
    const written = await readFile(join(directory.path, part?.file ?? ""));
    expect(written.equals(Buffer.from(body.toString().replaceAll("\r\n", "\n")))).toBe(true);
  },
);
