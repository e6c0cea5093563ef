// Memory of dead pieces: how much of it there is at most.
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { noteSpent } from "../../../../worker/engine/job/spent-bytes.ts";

const megabyte = 1024 ** 2;
const pieceBytes = 64 * 1024;

/** The most memory of buffers that there is while pieces come and go. */
async function mostWhile(use: (piece: Buffer) => void): Promise<number> {
  let most = 0;
  for (let n = 0; n < 2000; n += 1) {
    use(Buffer.allocUnsafeSlow(pieceBytes));
    // As in a worker, where each piece comes in a turn of its own.
    await new Promise(setImmediate);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  return most;
}

test("of 125 MB in dead pieces a few are there at a time", async () => {
  const before = process.memoryUsage().arrayBuffers;
  const most = await mostWhile((piece) => noteSpent(piece.length));
  expect(most - before).toBeLessThan(20 * megabyte);
});

test("what collects them is nobody else's: no context has it", () => {
  noteSpent(10 * megabyte);
  expect(runInContext("typeof gc", createContext())).toBe("undefined");
  expect(typeof globalThis.gc).toBe("undefined");
});
