// libheif compiled to WebAssembly (package libheif-js), as far as we call it. Each picture gets an instance of its own, so that
// no picture can leave anything behind for the next one, and its memory goes when the picture is done.
import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A position in the instance's memory. */
export type Pointer = number;

/** The functions of libheif's C interface (its headers describe them). One that returns a `heif_error` takes its place first. */
export type Libheif = {
  /** The memory; replaced whenever it grows. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc: (bytes: number) => Pointer;
  _heif_context_alloc: () => Pointer;
  _heif_context_get_security_limits: (context: Pointer) => Pointer;
  _heif_context_read_from_memory_without_copy: (
    error: Pointer,
    context: Pointer,
    data: Pointer,
    bytes: number,
    options: 0,
  ) => void;
  _heif_context_get_number_of_top_level_images: (context: Pointer) => number;
  _heif_context_get_primary_image_handle: (error: Pointer, context: Pointer, handle: Pointer) => void;
  _heif_image_handle_get_width: (handle: Pointer) => number;
  _heif_image_handle_get_height: (handle: Pointer) => number;
  _heif_image_handle_has_alpha_channel: (handle: Pointer) => number;
  _heif_image_handle_is_premultiplied_alpha: (handle: Pointer) => number;
  _heif_image_handle_get_raw_color_profile_size: (handle: Pointer) => number;
  _heif_image_handle_get_raw_color_profile: (error: Pointer, handle: Pointer, data: Pointer) => void;
  _heif_image_handle_get_nclx_color_profile: (error: Pointer, handle: Pointer, profile: Pointer) => void;
  _heif_context_has_sequence: (context: Pointer) => number;
  _heif_context_get_track: (context: Pointer, id: 0) => Pointer;
  _heif_track_has_alpha_channel: (track: Pointer) => number;
  _heif_track_get_image_resolution: (error: Pointer, track: Pointer, width: Pointer, height: Pointer) => void;
  _heif_track_decode_next_image: (
    error: Pointer,
    track: Pointer,
    image: Pointer,
    colourspace: number,
    chroma: number,
    options: Pointer,
  ) => void;
  _heif_decoding_options_alloc: () => Pointer;
  _heif_decode_image: (
    error: Pointer,
    handle: Pointer,
    image: Pointer,
    colourspace: number,
    chroma: number,
    options: Pointer,
  ) => void;
  _heif_image_get_width: (image: Pointer, channel: number) => number;
  _heif_image_get_height: (image: Pointer, channel: number) => number;
  _heif_image_get_plane_readonly: (image: Pointer, channel: number, stride: Pointer) => Pointer;
};

type Factory = (options: {
  instantiateWasm: (imports: object, done: (instance: object) => object) => object;
  print: () => void;
  printErr: () => void;
}) => Libheif;

/** Node has it; its types are those of browsers, which the worker does without. */
const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyOfNode }).WebAssembly;

type WebAssemblyOfNode = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => object;
};

/** Outside of any bundle: people may put another build of the library in its place, as its licence wants. */
const fromPackages = nodeModule.createRequire(import.meta.url);
let compiled: { factory: Factory; module: object } | undefined;

/** Compiled when the first HEIF picture comes: most children never see one. */
function compile() {
  const file = fromPackages.resolve("libheif-js/libheif-wasm/libheif.wasm");
  return {
    factory: fromPackages("libheif-js/libheif-wasm/libheif.js") as Factory,
    module: new wasm.Module(readFileSync(file)),
  };
}

/** A new instance. */
export function createLibheif(): Libheif {
  compiled ??= compile();
  const { factory, module } = compiled;
  return factory({
    instantiateWasm: (imports, done) => done(new wasm.Instance(module, imports)),
    print: () => {},
    printErr: () => {},
  });
}

/**
 * Gives the memory of instances that nobody refers to any more back to the system. V8 does not hurry with it by itself, and the
 * next picture would have to bear it within its own limit.
 */
export async function collectInstances(): Promise<void> {
  // What the finished call left on the stack would keep its instance alive.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
