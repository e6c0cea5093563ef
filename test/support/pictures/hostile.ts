// Files that are not what they claim or larger than they seem. Each must be refused quickly and with a reason.

import { inflateSync } from "node:zlib";
import { cornersPicture } from "./pictures.ts";
import { blackPng, pngChunk } from "./png.ts";

/** A file's name, the code it must be refused with, and its bytes. */
export type HostileFile = { name: string; code: string; bytes: () => Promise<Buffer> | Buffer };

const half = async (bytes: Promise<Buffer>) => (await bytes).subarray(0, (await bytes).length / 2);

/** A tiled TIFF in the obsolete compression 6, which libvips reads as transparent without an error. */
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
  // Fuzzing with seed 1 found the next four: loaders report missing memory because of a number in
  // the file.
  {
    name: "fuzz-44937-frame-beyond-its-screen.gif",
    code: "corrupt",
    bytes: () =>
      Buffer.from(
        "R0lGODlhEAAMAIAAAExpcdwoKCH/C05FVFNDQVBFMi4wAwEAAAAh+QQFCgAAACwAAP7/EAAMAAACDIyPqcvtD6OctNpr" +
          "CgAh+QQFAAAAACwAAAAAEAAMAIBMaXEotA==",
        "base64",
      ),
  },
  {
    name: "fuzz-49085-frame-of-65280-pixels.gif",
    code: "corrupt",
    bytes: () =>
      Buffer.from(
        "R0lGODlhEAAMAIAAAExpcdwoKCH/C05FVFNDQVBFMi4wAwEAAAAh+QQFCgAAACwAAP//EAAMAAACDIyPqcvtD6OctNpr" +
          "CgAh+QQFAAAAACwAAAAAEAAMAIBMaXEotDwCDIyPqcvtD6OctNprCgAh+QQFAAAAACwAAAAAEAAMAIBMaXEyRtICDIyP" +
          "qcvtD6OctNprCgA7",
        "base64",
      ),
  },
  {
    name: "fuzz-24150-asks-for-a-gigabyte",
    code: "corrupt",
    bytes: () =>
      Buffer.from(
        "UklGRqwAAABXRUJQVlA4IKAAAABQBQCdASol/////2Uoj0WkIqEapABABkSyAGCFSCTAfwD8Vbu6uzP/Vf2AE3MAw3PA" +
          "iAAA/u8v/ccaf6v//uO6GKR6apHL5Gv/9zgf+zgcvoBn0aAdBaHhQDrzC5+OR7PMV4J2wOd/+Jsw/Hq6G1L9EqQnF//x" +
          "pZfr/Q/4UZ/KaOVon8OfFmQIMFehBlVj4pGnYIHcCN5BKkvR7dkzoAAA",
        "base64",
      ),
  },
  {
    name: "fuzz-20429-bits-per-sample.tif",
    code: "corrupt",
    bytes: () =>
      inflateSync(
        Buffer.from(
          "eNrz9NRi8GFiYPh/4/8BBkEOBgEGAWZGJQYmQUZmQcb/txh4mBmBHGZBBnuGz+d75T9pR/1nuP6o/gV/nH68U92FWezf" +
            "wpveLP/tP3t3gMvtp2//M0wrkvlqN/Xz3cqbsRGhC5ayl5YVPP0RtSPK7tymzT/r2v/fJMKm0xf3P766/779idBfWx/4" +
            "Cv9O95j1+K2c380z1WV550T9iie+jpX/o3j/y9//DBPqf2v91EnNSHh9qrU80/Xm2v8MuvzqNqcLLdsSw0Xb+k3U3s29" +
            "tOtLrjFRFj9ZsWp/1n+G5K+L38a/qds6/dfmmf8Zzq//M8v+WV3/vy1P4z9//8+gOv2nPFGmHfi7uMZ50at7HBubva6Z" +
            "vH55PdA94+26oDDup15GTpMKJ1l+F/08VyRcjJldRlQ+WbzYa6usZzFxDp38ML9rj23qw98d703vat1zLjkjFn3iwsSN" +
            "lgdtLUxv/Gc4lP0w/pfkFv8//N3/GbrWt79YL258MnFG0quk52pz7r4puXhkV0CAdzJRdn3Wf5tr/a9JbP73n/XH+pHY" +
            "e9q6fsV/nbT+k/LkV6t3/r8pyMDAyMzAyMDAoArEjFC2OBAzAdnMQFoPSDBDxdmBmA3KZgNiISgbhEWhbJAeKUZWMFsO" +
            "yJGGstWAbBkk9RpQNjAhMzhB2QJA7IzEdmFkAdvjANTrChQHsU2A7GCo2yKARDQjO4Md0JA4IHseUIGx8WmgDAechkA/" +
            "hkqGLAYfhhyGaIbXQPEisBzE+ilA6ywZQa4CQWDo3mZwZmBjYWVjZWFjY2VjZ2fj4BLg4uLk5BLh4+cREBeRkBAXEROT" +
            "klWVl5JWlhETU9BRUFZT19TSlJTXNdDVMFDV0NQAGcLIzs7OxcElzMUlrCElJqVBMvh/hEEe6C5WRjBgYNgGcjEDIxMz" +
            "0HHsHJxc3EAFWwVAUcXMxMLMysrCApStBcozsAiyCikaOrIJByayKxWKGDVOXMih7LTxoGjQxQ8qxklFTZxcYuISklKq" +
            "auoamlompmbmFpZWzi6ubu4enl7BIaFh4RGRUckpqWnpGZlZxSWlZeUVlVXNLa1t7R2dXZMmT5k6bfqMmbMWLV6ydNny" +
            "FStXbdq8Zeu27Tt27jp0+MjRY8dPnDx16fKVq9eu37h56+Gjx0+ePnv+4uWrj58+f/n67fuPn79A/mIEpioYYMDmL0Gg" +
            "v5hYWJhZ2EH+YmQqBykQZGFVNGQTcgxkTywUVjJq5BBxmrhw40FOZeOgD6JJRRe5xFRMHqp+BHkN7DPiPNZEls/gHkP4" +
            "i5i8+bjmx3+Gvb+k3n7JFQ7Ydent8qb7NX4zw+4tVv5o+nn/H7Vb/X8+bPnPsE8aWAqs2+314/mjWGO/pnPcsrKLWstW" +
            "VqSq9Nd4xuw8Fu9ksujTsafar89mR93zzC7ebHI85LzmsT5LjWN6r6dXv72619SeKPd8sO8Ou3SrxvFqwg7fSeunTj1h" +
            "ccajujZ7wtp+8Yqm10ftFHdfK+V40PfqedrXRg/HraJsjCpfAu9tfC1jkyoVGHxXtT5amKtwqShHzpZ45f83GYQY/jGw" +
            "wHM5rHQRQipduJFKlx528kuXGnZE6dLCTl7pApKfxA4pXUDsCQyF8NJlFjuidFkAZAdx4Spd5rAyMOiwDYUShGG0BBn6" +
            "Jchne74/7h/+br3Suzo6a5nSjPjNKtWbJ14vLllv8JH3ivitf8vL01Sjs7tnpnZ4MRT0POm98dhC2WLNL237VNbAq11b" +
            "f+nue7TqXOgqq6uyz77X+v+/iT3PciLlWVZ4nnXgJj/HGnAjcqwFN3k5FsS+xwnKsRB2CQOiPeDGjcixPtyQNIE9x47m" +
            "1NGcSmlOBQBywQDr",
          "base64",
        ),
      ),
  },
  { name: "one-byte.jpg", code: "unsupported-format", bytes: () => Buffer.from([0xff]) },
];
