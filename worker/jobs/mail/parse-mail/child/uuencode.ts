// Decodes uuencoded bytes as POSIX defines them (uuencode, "STDOUT"): lines of up to 45 bytes between `begin` and `end`.

/** The decoded bytes, and whether every line was valid. Undefined when no line begins the encoding. */
export function uudecode(encoded: Buffer): { bytes: Buffer; whole: boolean } | undefined {
  const lines = encoded.toString("latin1").split(/\r?\n/);
  const begin = lines.findIndex((line) => /^begin [0-7]{3,4} /.test(line));
  if (begin < 0) return undefined;
  const pieces: Buffer[] = [];
  for (const line of lines.slice(begin + 1)) {
    if (/^end[ \t]*$/.test(line)) return { bytes: Buffer.concat(pieces), whole: true };
    const bytes = decodeLine(line);
    if (bytes === undefined) break;
    pieces.push(bytes);
  }
  return { bytes: Buffer.concat(pieces), whole: false };
}

/** The six bits of a character. A grave accent stands for a blank. */
const bitsOf = (line: string, at: number): number =>
  at < line.length ? (line.charCodeAt(at) - 0x20) & 0x3f : 0;

function decodeLine(line: string): Buffer | undefined {
  if (line === "") return Buffer.alloc(0);
  if (!/^[ -`]{1,128}$/.test(line)) return undefined;
  const length = bitsOf(line, 0);
  // Trailing blanks may have been lost in transit. Missing characters count as blanks, which are zeros.
  const bytes = Buffer.alloc(Math.ceil(length / 3) * 3);
  for (let group = 0; group * 3 < length; group += 1) {
    const at = 1 + group * 4;
    const [a, b, c, d] = [bitsOf(line, at), bitsOf(line, at + 1), bitsOf(line, at + 2), bitsOf(line, at + 3)];
    bytes.writeUIntBE((a << 18) | (b << 12) | (c << 6) | d, group * 3, 3);
  }
  return bytes.subarray(0, length);
}
