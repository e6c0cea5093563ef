// The sandbox task `detect-type`: says what a file is by its first bytes.
import { readFileSync } from "node:fs";
import { fileTypeFromBuffer } from "file-type";
import { type DetectAnswer, type DetectInput, headBytes } from "./contract.ts";

/** The type of bytes that nothing is known about. */
const unknownType = "application/octet-stream";

/** Detects the type. Bytes that belong to no known format are text when they are UTF-8 without control characters. */
export async function runTask(given: unknown): Promise<DetectAnswer> {
  // Children trust the worker, so the input is not checked.
  const { file } = given as DetectInput;
  const head = readFileSync(file);
  // A detector that stumbles over a broken file has not recognised it.
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  return { contentType: found?.mime ?? (isText(head) ? "text/plain" : unknownType) };
}

function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  try {
    // `stream` accepts a character that the end of a longer file's head cuts.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, {
      stream: head.length === headBytes,
    });
    return !/[^\P{Cc}\t\n\r\f\v]/u.test(text);
  } catch {
    return false;
  }
}
