// Reads the beginning of a file, by which it is recognised.
import { open } from "node:fs/promises";

/** At most the first `count` bytes. */
export async function firstBytes(file: string, count: number): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
  return buffer.subarray(0, bytesRead);
}
