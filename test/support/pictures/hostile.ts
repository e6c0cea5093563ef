// Files that are not what they claim, or more than they seem: each must be refused, quickly and with a reason.

import { cornersPicture } from "./pictures.ts";
import { blackPng, pngChunk } from "./png.ts";

/** Name, the code it must be refused with, and its bytes. */
export type HostileFile = { name: string; code: string; bytes: () => Promise<Buffer> | Buffer };

const half = async (bytes: Promise<Buffer>) => (await bytes).subarray(0, (await bytes).length / 2);

/** A tiled TIFF in the withdrawn compression 6, which libvips reads as nothing, without an error. */
function oldStyleJpegTiles(): Buffer {
  const entries = [
    { tag: 256, value: 64 }, // width
    { tag: 257, value: 48 }, // height
    { tag: 258, value: 8 }, // bits per sample
    { tag: 259, value: 6 }, // compression: old-style JPEG
    { tag: 262, value: 6 }, // YCbCr
    { tag: 277, value: 3 }, // samples per pixel
    { tag: 322, value: 64 }, // tile width
    { tag: 323, value: 48 }, // tile height
    { tag: 324, value: 0 }, // tile offset: right behind this directory
    { tag: 325, value: 256 }, // tile bytes
    { tag: 512, value: 1 }, // JPEG process
  ];
  const directoryEnd = 8 + 2 + entries.length * 12 + 4;
  const file = Buffer.alloc(directoryEnd + 256, 7);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [index, { tag, value }] of entries.entries()) {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(4, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(tag === 324 ? directoryEnd : value, at + 8);
  }
  file.writeUInt32LE(0, directoryEnd - 4);
  return file;
}

export const hostileFiles: readonly HostileFile[] = [
  {
    name: "16000x16000-in-31-kilobytes.png",
    code: "too-many-pixels",
    bytes: () => blackPng({ width: 16_000, height: 16_000, bitDepth: 1, colourType: 0 }),
  },
  {
    name: "interlaced-bomb.png",
    code: "too-many-pixels",
    bytes: () => blackPng({ width: 16_000, height: 16_000, bitDepth: 8, colourType: 2, interlaced: true }),
  },
  { name: "truncated.jpg", code: "corrupt", bytes: () => half(cornersPicture(900, 700).jpeg().toBuffer()) },
  {
    name: "truncated-progressive.jpg",
    code: "corrupt",
    bytes: () => half(cornersPicture(900, 700).jpeg({ progressive: true }).toBuffer()),
  },
  { name: "truncated.png", code: "corrupt", bytes: () => half(cornersPicture(900, 700).png().toBuffer()) },
  { name: "truncated.webp", code: "corrupt", bytes: () => half(cornersPicture(900, 700).webp().toBuffer()) },
  { name: "truncated.avif", code: "corrupt", bytes: () => half(cornersPicture(900, 700).avif().toBuffer()) },
  { name: "truncated.tif", code: "corrupt", bytes: () => half(cornersPicture(900, 700).tiff().toBuffer()) },
  {
    name: "header-only.png",
    code: "corrupt",
    bytes: () =>
      Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), pngChunk("IEND", Buffer.alloc(0))]),
  },
  { name: "magic-only.jpg", code: "corrupt", bytes: () => Buffer.from([0xff, 0xd8, 0xff, 0xe0]) },
  {
    name: "external-entity.svg",
    code: "unsupported-format",
    bytes: () =>
      Buffer.from(
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY secret SYSTEM "file:///etc/passwd">]>' +
          '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><text y="20">&secret;</text></svg>',
      ),
  },
  {
    name: "svg-named.jpg",
    code: "unsupported-format",
    bytes: () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  },
  {
    name: "renamed-pdf.jpg",
    code: "unsupported-format",
    bytes: () =>
      Buffer.from("%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"),
  },
  { name: "text.png", code: "unsupported-format", bytes: () => Buffer.from("I am not a picture.\n") },
  {
    name: "page.gif",
    code: "unsupported-format",
    bytes: () => Buffer.from("<!doctype html><script>1</script>"),
  },
  { name: "old-style-jpeg-tiles.tif", code: "corrupt", bytes: oldStyleJpegTiles },
  { name: "one-byte.jpg", code: "unsupported-format", bytes: () => Buffer.from([0xff]) },
];
