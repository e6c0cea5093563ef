// Decompresses the RTF of Outlook's messages ([MS-OXRTFCP]): a variant of LZ77 with a dictionary that is filled at first.

const initial = Buffer.from(
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx",
  "latin1",
);
const dictionaryBytes = 4096;
const headBytes = 16;
const [compressed, plain] = [0x75465a4c, 0x414c454d];

/** The RTF; undefined for what is none or would be longer than `mostBytes`. Damaged RTF is kept as far as it can be read. */
export function decompressRtf(bytes: Buffer, mostBytes: number): Buffer | undefined {
  if (bytes.length < headBytes) return undefined;
  const size = bytes.readUInt32LE(4);
  const kind = bytes.readUInt32LE(8);
  if (size > mostBytes) return undefined;
  if (kind === plain) return bytes.subarray(headBytes, headBytes + size);
  return kind === compressed ? inflated(bytes, size) : undefined;
}

function inflated(bytes: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  const dictionary = Buffer.alloc(dictionaryBytes);
  initial.copy(dictionary);
  let [to, write, at] = [0, initial.length, headBytes];
  const put = (byte: number) => {
    if (to < size) out[to] = byte;
    to += 1;
    dictionary[write] = byte;
    write = (write + 1) % dictionaryBytes;
  };
  while (at < bytes.length && to < size) {
    const control = bytes[at] ?? 0;
    at += 1;
    for (let bit = 0; bit < 8 && at < bytes.length && to < size; bit += 1) {
      if ((control & (1 << bit)) === 0) {
        put(bytes[at] ?? 0);
        at += 1;
        continue;
      }
      const token = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      const from = token >> 4;
      // A reference to the place of writing ends the text.
      if (from === write) return out.subarray(0, to);
      for (let index = 0; index < (token & 15) + 2; index += 1)
        put(dictionary[(from + index) % dictionaryBytes] ?? 0);
    }
  }
  return out.subarray(0, Math.min(to, size));
}
