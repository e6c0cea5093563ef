// Decodes base64 as it comes (RFC 2045, section 6.8), straight from bytes to bytes: strings of it in between took several times the
// time and the memory. What is no character of base64 is skipped. Padding ends a group of characters, and another may follow.
import { Transform, type TransformCallback } from "node:stream";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const [skipped, padding] = [255, 254];

/** The value of each byte: six bits, or one of the two above. */
const values = new Uint8Array(256).fill(skipped);
for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
values["=".charCodeAt(0)] = padding;

/** A stream from base64 to bytes. */
export class Base64Decoder extends Transform {
  /** The bits of a group that is not complete, and of how many characters they are. */
  #bits = 0;
  #characters = 0;

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const output = Buffer.allocUnsafe(Math.ceil(((chunk.length + this.#characters) * 3) / 4));
    const length = this.#decode(chunk, output);
    if (length > 0) this.push(output.subarray(0, length));
    done();
  }

  override _flush(done: TransformCallback): void {
    const output = Buffer.alloc(2);
    const length = this.#endGroup(output, 0);
    if (length > 0) this.push(output.subarray(0, length));
    done();
  }

  /** Returns how many bytes are in the output. */
  #decode(input: Buffer, output: Buffer): number {
    let to = 0;
    for (let at = 0; at < input.length; at += 1) {
      if (this.#characters === 0) {
        const groups = decodeGroups(input, at, output, to);
        at += 4 * groups;
        to += 3 * groups;
      }
      if (at < input.length) to = this.#take(values[input[at] as number] as number, output, to);
    }
    return to;
  }

  /** Takes one character; returns where the output goes on. */
  #take(value: number, output: Buffer, to: number): number {
    if (value === skipped) return to;
    if (value === padding) return this.#endGroup(output, to);
    this.#bits = (this.#bits << 6) | value;
    this.#characters += 1;
    return this.#characters === 4 ? this.#endGroup(output, to) : to;
  }

  /** Writes the whole bytes of a group; what remains of its bits is nothing. */
  #endGroup(output: Buffer, to: number): number {
    const bytes = Math.floor((this.#characters * 6) / 8);
    const bits = this.#bits << ((4 - this.#characters) * 6);
    for (let n = 0; n < bytes; n += 1) output[to + n] = bits >> (16 - 8 * n);
    this.#bits = 0;
    this.#characters = 0;
    return to + bytes;
  }
}

/** Decodes whole groups until something else comes, and returns how many. Most of the time goes here. */
function decodeGroups(input: Uint8Array, from: number, output: Uint8Array, into: number): number {
  const end = input.length - 3;
  let [at, to] = [from, into];
  while (at < end) {
    const a = values[input[at] as number] as number;
    const b = values[input[at + 1] as number] as number;
    const c = values[input[at + 2] as number] as number;
    const d = values[input[at + 3] as number] as number;
    if ((a | b | c | d) > 63) break;
    output[to] = (a << 2) | (b >> 4);
    output[to + 1] = (b << 4) | (c >> 2);
    output[to + 2] = (c << 6) | d;
    to += 3;
    at += 4;
  }
  return (at - from) / 4;
}
