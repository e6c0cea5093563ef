// HEIF pictures (HEIC) by libheif: the primary picture, upright, cropped and whole, with what its numbers mean as colours.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { notes } from "../../notes.ts";
import { refusals } from "../../refusals.ts";
import type { Note } from "../contract.ts";
import type { Size } from "../fit.ts";
import { PictureRefused } from "../picture-refused.ts";
import { type Pixels, shrink } from "../pixels.ts";
import {
  type Coding,
  decodingOptions,
  HeifError,
  HeifMemory,
  limitContext,
  OutOfHeifMemory,
  readCoding,
} from "./heif-memory.ts";
import { collectInstances, createLibheif, type Pointer } from "./libheif.ts";
import { profileOf } from "./nclx-profile.ts";

/** What libheif may allocate for pixels: its own copies of 50 million of them, well below the run's memory limit. */
const heifBytes = 400 * 1024 ** 2;

/** Constants of heif_image.h and heif_error.h. */
const [rgb, interleavedRgb, interleavedRgba, interleaved] = [1, 10, 11, 10];
const [invalidInput, unsupportedFiletype, unsupportedFeature, memoryError, noDecoder] = [2, 3, 4, 6, 11];
const limitExceeded = 1000;

type Asked = { file: string; pixels: number; enough: Size };

/**
 * Decodes the picture. Depth maps, thumbnails and gain maps (for screens brighter than usual) are no pictures and are ignored.
 * @throws PictureRefused
 */
export async function decodeHeif(asked: Asked): Promise<{ pixels: Pixels; notes: Note[] }> {
  try {
    return decode(asked);
  } catch (error) {
    if (error instanceof PictureRefused) throw error;
    throw new PictureRefused(refusalOf(error));
  } finally {
    await collectInstances();
  }
}

/** Whatever else the instance throws, a trap of WebAssembly or a C++ exception, follows from the file's bytes. */
function refusalOf(error: unknown) {
  if (error instanceof OutOfHeifMemory) return refusals.tooMuchMemory();
  if (!(error instanceof HeifError)) return refusals.corrupt();
  const { heifCode, heifSubcode } = error;
  const limited = heifSubcode === limitExceeded && heifCode !== invalidInput;
  if (heifCode === memoryError || limited) return refusals.tooMuchMemory();
  if ([unsupportedFeature, unsupportedFiletype, noDecoder].includes(heifCode))
    return refusals.unsupportedCoding();
  return refusals.corrupt();
}

function decode({ file, pixels: mostPixels, enough }: Asked): { pixels: Pixels; notes: Note[] } {
  const memory = new HeifMemory(createLibheif());
  const { lib } = memory;
  const context = lib._heif_context_alloc();
  // Coded pictures are up to one block larger than what is shown of them.
  limitContext(memory, context, { pixels: Math.ceil(mostPixels * 1.1), bytes: heifBytes });
  const { data, bytes } = load(memory, file);
  memory.check((error) => lib._heif_context_read_from_memory_without_copy(error, context, data, bytes, 0));
  const others = lib._heif_context_get_number_of_top_level_images(context) - 1;
  const moving = lib._heif_context_has_sequence(context) !== 0;
  const decoded =
    others >= 0 ? primary(memory, context, mostPixels) : firstFrame(memory, context, mostPixels);
  return {
    pixels: shrink(decoded, enough),
    notes: [...(others > 0 ? [notes.otherPictures(others)] : []), ...(moving ? [notes.firstFrame()] : [])],
  };
}

function load(memory: HeifMemory, file: string): { data: Pointer; bytes: number } {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const data = memory.allocate(size);
    const bytes = readSync(descriptor, memory.lib.HEAPU8, data, size, 0);
    return { data, bytes };
  } finally {
    closeSync(descriptor);
  }
}

function checkPixels(width: number, height: number, most: number): void {
  if (width * height > most) throw new PictureRefused(refusals.tooManyPixels(width, height, 1, most));
}

function primary(memory: HeifMemory, context: Pointer, mostPixels: number): Pixels {
  const { lib } = memory;
  const handle = memory.checkedWord((error, word) =>
    lib._heif_context_get_primary_image_handle(error, context, word),
  );
  const width = lib._heif_image_handle_get_width(handle);
  checkPixels(width, lib._heif_image_handle_get_height(handle), mostPixels);
  const alpha = lib._heif_image_handle_has_alpha_channel(handle) !== 0;
  const chroma = alpha ? interleavedRgba : interleavedRgb;
  const options = decodingOptions(memory);
  const image = memory.checkedWord((error, word) =>
    lib._heif_decode_image(error, handle, word, rgb, chroma, options),
  );
  const multiplied = alpha && lib._heif_image_handle_is_premultiplied_alpha(handle) !== 0;
  const profile = rawProfile(memory, handle) ?? profileOf(codingOf(memory, handle));
  return read(memory, image, { alpha, multiplied, profile });
}

/** A sequence without a still picture beside it. */
function firstFrame(memory: HeifMemory, context: Pointer, mostPixels: number): Pixels {
  const { lib } = memory;
  const track = lib._heif_context_get_track(context, 0);
  if (track === 0) throw new PictureRefused(refusals.corrupt());
  const size = memory.checkedWord((error, word) =>
    lib._heif_track_get_image_resolution(error, track, word, word + 2),
  );
  checkPixels(size & 0xffff, size >>> 16, mostPixels);
  const alpha = lib._heif_track_has_alpha_channel(track) !== 0;
  const chroma = alpha ? interleavedRgba : interleavedRgb;
  const options = decodingOptions(memory);
  const image = memory.checkedWord((error, word) =>
    lib._heif_track_decode_next_image(error, track, word, rgb, chroma, options),
  );
  return read(memory, image, { alpha, multiplied: false, profile: undefined });
}

/** The ICC profile in the file, if it is one for RGB. */
function rawProfile(memory: HeifMemory, handle: Pointer): Buffer | undefined {
  const { lib } = memory;
  const size = lib._heif_image_handle_get_raw_color_profile_size(handle);
  if (size < 128 || size > 8 * 1024 ** 2) return undefined;
  const data = memory.allocate(size);
  memory.check((error) => lib._heif_image_handle_get_raw_color_profile(error, handle, data));
  const profile = memory.copy(data, size);
  return profile.toString("latin1", 16, 20) === "RGB " ? profile : undefined;
}

/** What the decoded numbers mean; undefined where the file does not say it. */
function codingOf(memory: HeifMemory, handle: Pointer): Coding | undefined {
  try {
    const profile = memory.checkedWord((error, word) =>
      memory.lib._heif_image_handle_get_nclx_color_profile(error, handle, word),
    );
    return readCoding(memory, profile);
  } catch (error) {
    if (error instanceof HeifError) return undefined;
    throw error;
  }
}

type Meaning = { alpha: boolean; multiplied: boolean; profile: Buffer | undefined };

function read(memory: HeifMemory, image: Pointer, { alpha, multiplied, profile }: Meaning): Pixels {
  const { lib } = memory;
  let start = 0;
  const stride = memory.word((word) => {
    start = lib._heif_image_get_plane_readonly(image, interleaved, word);
  });
  const width = lib._heif_image_get_width(image, interleaved);
  const height = lib._heif_image_get_height(image, interleaved);
  const channels = alpha ? 4 : 3;
  const data = lib.HEAPU8.subarray(start, start + stride * height);
  if (start === 0 || width < 1 || height < 1 || stride < width * channels || data.length < stride * height)
    throw new PictureRefused(refusals.corrupt());
  if (multiplied) divideByAlpha(data, stride);
  return { width, height, channels, data, stride, ...(profile && { profile }) };
}

function divideByAlpha(data: Uint8Array, stride: number): void {
  for (let row = 0; row < data.length; row += stride)
    for (let at = row; at + 3 < row + stride; at += 4) {
      const alpha = data[at + 3] ?? 0;
      if (alpha === 0 || alpha === 255) continue;
      for (let channel = at; channel < at + 3; channel += 1)
        data[channel] = Math.min(255, Math.round(((data[channel] ?? 0) * 255) / alpha));
    }
}
