// The checksum of a stored body. CRC-64/NVME is joined from the CRCs of the pieces, so that a large object costs no read.
import { type ChecksumAlgorithm, checksumOf } from "../protocol/checksums.ts";
import { crc64Of, crc64Text, joinedCrc64, type PieceCrc } from "../protocol/crc64.ts";
import type { Bodies } from "../store/bodies.ts";

/** The checksum over bodies in a row, in base64. */
export async function bodiesChecksum(
  algorithm: ChecksumAlgorithm,
  bodies: Bodies,
  ids: readonly number[],
): Promise<string> {
  if (algorithm !== "CRC64NVME") return checksumOf(algorithm, chunksOf(bodies, ids));
  const known: PieceCrc[] = [];
  for (const id of ids)
    for (const { size, start, crc } of bodies.crcs(id))
      known.push({ size, crc: crc ?? (await crcOfRange(bodies, id, start, start + size)) });
  return crc64Text(joinedCrc64(known));
}

async function crcOfRange(bodies: Bodies, id: number, start: number, end: number): Promise<bigint> {
  return crc64Of(bodies.read(id, start, end));
}

async function* chunksOf(bodies: Bodies, ids: readonly number[]): AsyncGenerator<Buffer> {
  for (const id of ids) yield* bodies.pieces(id);
}
