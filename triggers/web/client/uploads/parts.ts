// Which parts of a large file remain to be sent. Knows no browser.

/** A part that S3 has. */
export type SentPart = { number: number; bytes: number; etag: string };

/** A part of a file: its number from 1 and its place in the file. */
export type Part = { number: number; start: number; end: number };

/** The parts of a file. */
export function partsOf(bytes: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min(bytes, (index + 1) * partBytes),
  }));
}

/** Parts that S3 does not have in their full size, in order. */
export function missingParts(bytes: number, partBytes: number, sent: readonly SentPart[]): Part[] {
  const sizes = new Map(sent.map((part) => [part.number, part.bytes]));
  return partsOf(bytes, partBytes).filter(({ number, start, end }) => sizes.get(number) !== end - start);
}
