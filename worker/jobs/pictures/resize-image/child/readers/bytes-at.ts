// Reads a few bytes here and there of a file, a block at a time. Synchronous, since a child has nothing else to do meanwhile: threads
// of libuv's pool took a tenth of a TIFF's whole time for the numbers of its directory.
import { closeSync, openSync, readSync } from "node:fs";

/** Gives `length` bytes from a place; zeros where the file does not have all of them. */
export type BytesAt = (at: number, length: number) => Buffer;

/** Room for a directory of some hundred entries. `BytesAt` gives at most as many. */
const blockBytes = 4096;

/** Opens a file for as long as `use` takes. */
export function withBytesOf<Value>(file: string, use: (bytesAt: BytesAt) => Value): Value {
  const handle = openSync(file, "r");
  try {
    return use(inBlocks(handle));
  } finally {
    closeSync(handle);
  }
}

function inBlocks(handle: number): BytesAt {
  const block = Buffer.alloc(blockBytes);
  let [start, end] = [0, 0];
  return (at, length) => {
    // Files say where to read; no file has bytes there.
    if (!Number.isSafeInteger(at + length)) return Buffer.alloc(length);
    if (at < start || at + length > end) {
      start = at;
      end = at + readSync(handle, block, 0, blockBytes, at);
    }
    if (at + length > end) return Buffer.alloc(length);
    return Buffer.from(block.subarray(at - start, at - start + length));
  };
}
