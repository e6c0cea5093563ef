// Mutations of pictures along their structure, so that they get past a decoder's first check.
import { crc32, deflateSync, inflateSync } from "node:zlib";
import type { Choices } from "../random.ts";
import { edgeNumbers, type Mutation, mostBytes, mutateBytes, writeEdge } from "./bytes.ts";
import { type Piece, piecesOf } from "./pieces.ts";

type PieceMutation = (file: Buffer, pieces: readonly Piece[], choices: Choices) => Buffer;

const parts = (file: Buffer, pieces: readonly Piece[]) =>
  pieces.map(({ from, to }) => file.subarray(from, to));

/** The file with its pieces in another order or number. Bytes between pieces are dropped. */
function reassembled(file: Buffer, pieces: readonly Piece[], others: readonly Buffer[]): Buffer {
  const start = pieces[0]?.from ?? 0;
  const end = pieces.at(-1)?.to ?? file.length;
  return Buffer.concat([file.subarray(0, start), ...others, file.subarray(end)]);
}

const pieceMutations: readonly PieceMutation[] = [
  // The length that a piece declares.
  (file, pieces, choices) => {
    const copy = Buffer.from(file);
    const { size } = choices.of(pieces);
    if (size === undefined || size.at + size.bytes > copy.length) return mutateBytes(file, choices);
    const number = choices.of(edgeNumbers);
    if (size.bytes === 2) {
      if (size.little) copy.writeUInt16LE(number & 0xffff, size.at);
      else copy.writeUInt16BE(number & 0xffff, size.at);
    } else if (size.little) copy.writeUInt32LE(number, size.at);
    else copy.writeUInt32BE(number, size.at);
    return copy;
  },
  // A number inside a piece: sizes, depths, counts, offsets.
  (file, pieces, choices) => {
    const copy = Buffer.from(file);
    const { from, to } = choices.of(pieces);
    writeEdge(copy.subarray(0, to), from + choices.below(Math.min(to - from, 32)), choices);
    return copy;
  },
  // Bytes inside a piece.
  (file, pieces, choices) => {
    const { from, to } = choices.of(pieces);
    return Buffer.concat([
      file.subarray(0, from),
      mutateBytes(file.subarray(from, to), choices),
      file.subarray(to),
    ]);
  },
  // Remove, repeat or move a piece.
  (file, pieces, choices) => {
    const gone = choices.of(pieces);
    return Buffer.concat([file.subarray(0, gone.from), file.subarray(gone.to)]);
  },
  (file, pieces, choices) => {
    const { from, to } = choices.of(pieces);
    const again = Array.from({ length: 1 + choices.below(20) }, () => file.subarray(from, to));
    return Buffer.concat([file.subarray(0, to), ...again, file.subarray(to)]);
  },
  (file, pieces, choices) => {
    const all = parts(file, pieces);
    const [moved = Buffer.alloc(0)] = all.splice(choices.below(all.length), 1);
    all.splice(choices.below(all.length + 1), 0, moved);
    return reassembled(file, pieces, all);
  },
];

const isPng = (file: Buffer) => file.length > 8 && file.readUInt32BE(0) === 0x89504e47;

/** Corrects the checksums; otherwise a PNG decoder would check nothing else. */
function withChecksums(file: Buffer): Buffer {
  if (!isPng(file)) return file;
  const copy = Buffer.from(file);
  for (const { from, to } of piecesOf(copy))
    if (to - from >= 12) copy.writeUInt32BE(crc32(copy.subarray(from + 4, to - 4)), to - 4);
  return copy;
}

/** Mutates a PNG's pixel data before compression: filters, rows too short or too long. */
function mutateInside(file: Buffer, choices: Choices): Buffer {
  const pieces = piecesOf(file);
  const data = pieces.filter(({ from }) => file.toString("latin1", from + 4, from + 8) === "IDAT");
  const [first] = data;
  if (!isPng(file) || first === undefined) return mutateBytes(file, choices);
  try {
    const packed = Buffer.concat(data.map(({ from, to }) => file.subarray(from + 8, to - 4)));
    const body = deflateSync(mutateBytes(inflateSync(packed, { maxOutputLength: 4 * mostBytes }), choices));
    const chunk = Buffer.alloc(body.length + 12);
    chunk.writeUInt32BE(body.length, 0);
    chunk.write("IDAT", 4, "latin1");
    body.copy(chunk, 8);
    const rest = Buffer.concat(
      parts(
        file,
        pieces.filter(({ from }) => from > first.from && !data.some((one) => one.from === from)),
      ),
    );
    return Buffer.concat([file.subarray(0, first.from), chunk, rest]);
  } catch {
    return mutateBytes(file, choices);
  }
}

/** Mutates a picture once or twice, mostly along its structure. */
export const mutatePicture: Mutation = (bytes, choices) => {
  let file = bytes;
  for (let times = 1 + choices.below(2); times > 0; times -= 1) {
    const pieces = piecesOf(file);
    if (pieces.length === 0 || choices.chance(0.25)) file = mutateBytes(file, choices);
    else if (choices.chance(0.1)) file = mutateInside(file, choices);
    else file = choices.of(pieceMutations)(file, pieces, choices);
    file = file.subarray(0, mostBytes);
  }
  return choices.chance(0.8) ? withChecksums(file) : file;
};
