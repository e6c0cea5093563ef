// Random UUIDs for what is made with every request. Node's `randomUUID` puts its text together from twenty pieces, which V8 keeps as a
// tree of half a kilobyte until somebody reads it; this one writes it at once.
import { randomFillSync } from "node:crypto";

const hexDigits = Buffer.from("0123456789abcdef");
/** Random bytes for the next UUIDs. */
const random = Buffer.alloc(16 * 256);
let used = random.length;
const text = Buffer.alloc(36, "-");
/** Where the two digits of each byte are in the text (RFC 9562, section 4). */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** A version 4 UUID (RFC 9562, section 5.4) from the system's random numbers. */
export function flatUuid(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] ?? 0;
    const byte = markedByte(index, random[used + index] ?? 0);
    text[place] = hexDigits[byte >> 4] ?? 0;
    text[place + 1] = hexDigits[byte & 15] ?? 0;
  }
  used += places.length;
  return text.toString("latin1");
}

/** Version and variant are in the bytes 6 and 8. */
function markedByte(index: number, byte: number): number {
  if (index === 6) return (byte & 0x0f) | 0x40;
  return index === 8 ? (byte & 0x3f) | 0x80 : byte;
}
