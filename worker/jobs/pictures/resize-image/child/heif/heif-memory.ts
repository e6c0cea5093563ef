// Reads and writes libheif's structures in the memory of an instance. Addresses are those of its 32-bit WebAssembly build.
import type { Libheif, Pointer } from "./libheif.ts";

/** What libheif says went wrong: its codes, see heif_error.h. */
export class HeifError extends Error {
  readonly heifCode: number;
  readonly heifSubcode: number;

  constructor(code: number, subcode: number) {
    super(`libheif error ${code}.${subcode}`);
    this.heifCode = code;
    this.heifSubcode = subcode;
  }
}

/** The instance's memory, four gigabytes at most, is full. */
export class OutOfHeifMemory extends Error {}

/** Calls into one instance. Nothing is freed: the instance goes as a whole. */
export class HeifMemory {
  readonly lib: Libheif;
  readonly #error: Pointer;
  readonly #word: Pointer;

  constructor(lib: Libheif) {
    this.lib = lib;
    this.#error = lib._malloc(16);
    this.#word = lib._malloc(8);
  }

  get view(): DataView {
    return new DataView(this.lib.HEAPU8.buffer);
  }

  /** Room for bytes. @throws OutOfHeifMemory */
  allocate(bytes: number): Pointer {
    const pointer = this.lib._malloc(bytes);
    if (pointer === 0) throw new OutOfHeifMemory("the instance has no memory left");
    return pointer;
  }

  /** Makes a call that returns a `heif_error`. @throws HeifError */
  check(call: (error: Pointer) => void): void {
    call(this.#error);
    const code = this.view.getInt32(this.#error, true);
    if (code !== 0) throw new HeifError(code, this.view.getInt32(this.#error + 4, true));
  }

  /** Makes such a call that also writes one word, and returns the word. @throws HeifError */
  checkedWord(call: (error: Pointer, word: Pointer) => void): number {
    return this.word((word) => this.check((error) => call(error, word)));
  }

  /** Makes a call that writes one word, and returns the word. */
  word(call: (word: Pointer) => void): number {
    this.view.setUint32(this.#word, 0, true);
    call(this.#word);
    return this.view.getUint32(this.#word, true);
  }

  /** A copy of bytes. */
  copy(at: Pointer, length: number): Buffer {
    return Buffer.from(this.lib.HEAPU8.slice(at, at + length));
  }
}

/** Places in `heif_security_limits` (heif_security.h, version 4), each a 64-bit number. */
const limitPlaces = { imagePixels: 8, memoryBlockBytes: 40, totalBytes: 64 };

/** Bounds what libheif itself allocates for pictures. */
export function limitContext(
  memory: HeifMemory,
  context: Pointer,
  { pixels, bytes }: { pixels: number; bytes: number },
): void {
  const limits = memory.lib._heif_context_get_security_limits(context);
  const { view } = memory;
  if (view.getUint8(limits) !== 4) throw new TypeError("libheif's limits have another version");
  view.setBigUint64(limits + limitPlaces.imagePixels, BigInt(pixels), true);
  view.setBigUint64(limits + limitPlaces.memoryBlockBytes, BigInt(bytes), true);
  view.setBigUint64(limits + limitPlaces.totalBytes, BigInt(bytes), true);
}

/** Places in `heif_decoding_options` (heif_decoding.h, version 10) of the switches that we turn on. */
const switches = {
  /** 8 bits for each channel. */
  convertTo8Bit: 20,
  /** No guess at what is missing. */
  strict: 21,
  /** Some cameras write a wrong range beside the pixels; the pixels' own is right. */
  correctKnownMistakes: 68,
  /** The colours stay what they are, and the picture says what that is; we translate them by a profile. */
  keepCoding: 69,
};

/** Options of decoding. */
export function decodingOptions({ lib }: HeifMemory): Pointer {
  const options = lib._heif_decoding_options_alloc();
  if (lib.HEAPU8[options] !== 10) throw new TypeError("libheif's options have another version");
  for (const place of Object.values(switches)) lib.HEAPU8[options + place] = 1;
  return options;
}

/** How numbers become colours (ISO/IEC 23091-2): primaries and transfer characteristics. */
export type Coding = { primaries: number; transfer: number };

/** Reads a `heif_color_profile_nclx` (heif_color.h). */
export function readCoding({ view }: HeifMemory, profile: Pointer): Coding {
  return { primaries: view.getInt32(profile + 4, true), transfer: view.getInt32(profile + 8, true) };
}
