// Mutations of bytes, whatever they mean.
import type { Choices } from "../random.ts";

/** Returns other bytes. Never changes its input. */
export type Mutation = (bytes: Buffer, choices: Choices) => Buffer;

/** Numbers at which programs often miscount. */
export const edgeNumbers = [
  0, 1, 2, 3, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffffe, 0xffffffff,
] as const;

/** The most bytes of an input: the fuzz tests shapes, not sizes. */
export const mostBytes = 512 * 1024;

const changed = (bytes: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

/** The mutations. */
export const byteMutations: readonly Mutation[] = [
  // Flip one to four bits.
  (bytes, choices) =>
    changed(bytes, (copy) => {
      for (let flips = 1 + choices.below(4); flips > 0; flips -= 1) {
        const at = choices.below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << choices.below(8));
      }
    }),
  // Set a byte to any value.
  (bytes, choices) =>
    changed(bytes, (copy) => {
      copy[choices.below(copy.length)] = choices.below(256);
    }),
  // Write an edge number to two or four bytes, in either byte order.
  (bytes, choices) => changed(bytes, (copy) => writeEdge(copy, choices.below(copy.length), choices)),
  // Truncate.
  (bytes, choices) => bytes.subarray(0, choices.below(bytes.length)),
  // Remove a range, repeat it, or fill it with one byte.
  (bytes, choices) => {
    const { from, to } = stretch(bytes, choices);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, choices) => {
    const { from, to } = stretch(bytes, choices);
    const times = 1 + choices.below(8);
    const again = Array.from({ length: times }, () => bytes.subarray(from, to));
    return Buffer.concat([bytes.subarray(0, to), ...again, bytes.subarray(to)]);
  },
  (bytes, choices) =>
    changed(bytes, (copy) => {
      const { from, to } = stretch(copy, choices);
      copy.fill(choices.of([0, 0xff, 0x20, 0x41]), from, to);
    }),
  // Insert random bytes.
  (bytes, choices) => {
    const at = choices.below(bytes.length + 1);
    const more = Buffer.from(Array.from({ length: 1 + choices.below(32) }, () => choices.below(256)));
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  },
];

/** Writes an edge number over the bytes at a position, as far as they exist. */
export function writeEdge(bytes: Buffer, at: number, choices: Choices): void {
  const number = choices.of(edgeNumbers);
  const wide = choices.chance(0.5) && at + 4 <= bytes.length;
  const little = choices.chance(0.5);
  if (wide && little) bytes.writeUInt32LE(number, at);
  else if (wide) bytes.writeUInt32BE(number, at);
  else if (at + 2 > bytes.length) bytes[at] = number & 0xff;
  else if (little) bytes.writeUInt16LE(number & 0xffff, at);
  else bytes.writeUInt16BE(number & 0xffff, at);
}

function stretch(bytes: Buffer, choices: Choices): { from: number; to: number } {
  const from = choices.below(bytes.length);
  return { from, to: Math.min(bytes.length, from + 1 + choices.below(choices.of([4, 64, 1024]))) };
}

/** Applies one of the mutations. */
export const mutateBytes: Mutation = (bytes, choices) =>
  bytes.length === 0 ? bytes : choices.of(byteMutations)(bytes, choices).subarray(0, mostBytes);
