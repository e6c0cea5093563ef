// CRC-64/NVME of bytes, and of bytes joined from pieces whose CRCs are known: joining costs the same for every length.
import { Crc64Nvme } from "@aws-sdk/checksums/crc";

/** The CRC of some bytes and their number. */
export type PieceCrc = { crc: bigint; size: number };

/** The polynomial x^64 + ... of CRC-64/NVME, with its bits reversed (NVM Express, "64b CRC"). */
const polynomial = 0x9a6c9329ac4bc9b5n;

/** Starts the CRC of bytes that come in chunks. */
export function startCrc64(): { update: (bytes: Uint8Array) => void; value: () => Promise<bigint> } {
  const hash = new Crc64Nvme();
  return {
    update: (bytes) => hash.update(bytes),
    value: async () => Buffer.from(await hash.digest()).readBigUInt64BE(),
  };
}

/** The CRC of bytes. */
export function crc64Of(bytes: Uint8Array): Promise<bigint> {
  const crc = startCrc64();
  crc.update(bytes);
  return crc.value();
}

/** A CRC as S3 writes it. */
export function crc64Text(crc: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(crc);
  return bytes.toString("base64");
}

/** The CRC of pieces in a row. Appending n bytes multiplies the CRC before them by x^(8n). */
export function joinedCrc64(pieces: Iterable<PieceCrc>): bigint {
  let joined = 0n;
  for (const { crc, size } of pieces) joined = multiply(joined, shiftOf(size)) ^ crc;
  return joined;
}

/** x^0. Bit 63 is the coefficient of x^0, because the bits are reversed. */
const one = 1n << 63n;

/** The product of two polynomials modulo the CRC's polynomial. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = one; bit > 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 0n ? shifted >> 1n : (shifted >> 1n) ^ polynomial;
  }
  return product;
}

const shifts = new Map<number, bigint>();

/** x^(8 * bytes), by squaring; kept, because most pieces have the same size. */
function shiftOf(bytes: number): bigint {
  const known = shifts.get(bytes);
  if (known !== undefined) return known;
  let [shift, power] = [one, one >> 8n];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(shift, power);
    power = multiply(power, power);
  }
  if (shifts.size < 1000) shifts.set(bytes, shift);
  return shift;
}
