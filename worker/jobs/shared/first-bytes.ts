// Reads the beginning of a file, by which it is recognised.
import { closeSync, openSync, readSync } from "node:fs";

/** At most the first `count` bytes. */
export function firstBytes(file: string, count: number): Buffer {
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(count);
    return buffer.subarray(0, readSync(handle, buffer, 0, count, 0));
  } finally {
    closeSync(handle);
  }
}
