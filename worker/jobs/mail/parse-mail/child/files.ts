// Reads and writes files in pieces. A child has nothing else to do meanwhile, so it waits for the short system calls itself: threads
// of libuv's pool would take several times their CPU.
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const pieceBytes = 64 * 1024;

/** The bytes of a file, piece by piece. */
export function* chunksOf(file: string): Generator<Buffer> {
  const descriptor = openSync(file, "r");
  try {
    for (;;) {
      const piece = Buffer.allocUnsafeSlow(pieceBytes);
      const length = readSync(descriptor, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all bytes where a file ends. */
export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
}
