// A large file that takes no room: holes, with random bytes here and there, so that a part in a wrong place is noticed.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

const mebibyte = 1024 ** 2;

/** Random bytes lie this far apart: no part of an upload is without them. */
const markEveryBytes = 8 * mebibyte;
const markBytes = 4096;

/** Writes the file. */
export async function writeSparseFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.truncate(bytes);
    for (let at = 0; at + markBytes <= bytes; at += markEveryBytes)
      await file.write(randomBytes(markBytes), 0, markBytes, at);
    await file.write(randomBytes(markBytes), 0, markBytes, bytes - markBytes);
  } finally {
    await file.close();
  }
}

/** The SHA-256 of a file, in hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * mebibyte })) hash.update(chunk);
  return hash.digest("hex");
}
