// The files that mutation starts from: the tests' pictures made small, so that a run takes milliseconds, and all kinds of mails.
import sharp from "sharp";
import {
  attached,
  bodyIn,
  header,
  lines,
  multipart,
  nested,
  textPart,
} from "../../../test/support/mails/mails.ts";
import { hostileFiles } from "../../../test/support/pictures/hostile.ts";
import {
  corners,
  cornersPicture,
  moving,
  oriented,
  withMetadata,
} from "../../../test/support/pictures/pictures.ts";

/** Small pictures of every format and oddity. */
export async function pictureSeeds(): Promise<Buffer[]> {
  const small = (options = {}) => cornersPicture(37, 23, options);
  const frames = [corners.topLeft, corners.topRight, corners.bottomLeft];
  const made = [
    small().jpeg(),
    small().jpeg({ progressive: true }),
    small().toColourspace("cmyk").jpeg(),
    small().withIccProfile("p3").jpeg(),
    small().png(),
    small().png({ palette: true, colours: 4 }),
    small().png({ progressive: true }),
    small().toColourspace("rgb16").png(),
    small({ alpha: true }).png(),
    small().toColourspace("b-w").png(),
    small().gif(),
    small().webp(),
    small({ alpha: true }).webp({ lossless: true }),
    small().avif({ effort: 0 }),
    small({ alpha: true }).avif({ effort: 0 }),
    small().tiff(),
    small().tiff({ compression: "lzw", tile: true, tileWidth: 16, tileHeight: 16 }),
    small({ alpha: true }).tiff({ compression: "deflate" }),
    small().tiff({ compression: "jpeg" }),
    small().toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }),
    small().tiff({ pyramid: true, tile: true, tileWidth: 16, tileHeight: 16 }),
  ].map((picture) => picture.toBuffer());
  const size = { width: 16, height: 12 };
  const others = [moving("gif", frames, size), moving("webp", frames, size), oriented(6, 30, 20)];
  const marked = sharp(await withMetadata())
    .resize(32)
    .keepMetadata()
    .jpeg()
    .toBuffer();
  // Files that a fuzz found must not become seeds: the numbers of all runs would mean other inputs.
  const written = hostileFiles.filter(({ name }) => !name.startsWith("fuzz-"));
  const hostile = await Promise.all(written.map(({ bytes }) => bytes()));
  const all = await Promise.all([...made, ...others, marked]);
  return [...all, ...hostile.filter(({ length }) => length < 4096)];
}

/** Mails of every kind. */
export function mailSeeds(): Buffer[] {
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const html = {
    header: ["Content-Type: text/html; charset=utf-8"],
    body: "<p>Hello <b>you</b></p><img src=cid:a>",
  };
  const inline = {
    header: [
      "Content-Type: image/png",
      "Content-ID: <a>",
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: inline; filename="a.png"',
    ],
    body: png.toString("base64"),
  };
  const quoted = {
    header: ["Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable"],
    body: "Gr=FC=DFe =\r\naus K=F6ln",
  };
  const message = { header: ["Content-Type: message/rfc822"], body: multipart([textPart("inner")]) };
  const status = {
    header: ["Content-Type: message/delivery-status"],
    body: "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed",
  };
  const long = attached(Buffer.from("RFC 2231"), "x", {
    parameter: "filename*0*=utf-8''gr%C3%BC; filename*1*=%C3%9Fe.txt",
  });
  const texts = [
    multipart([textPart("Please read.")]),
    multipart([textPart("plain"), html], { type: "alternative" }),
    multipart([html, inline], { type: "related" }),
    multipart([quoted, attached(Buffer.from("%PDF-1.7 x"), "story.pdf", { type: "application/pdf" })]),
    multipart([message, long]),
    multipart([status], {
      type: "report; report-type=delivery-status",
      subject: "=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_aus_K=C3=B6ln?=",
    }),
    multipart([attached(Buffer.from("789f3e22", "hex"), "winmail.dat", { type: "application/ms-tnef" })]),
    nested(6),
    lines(
      ...header,
      "Subject: plain",
      "Auto-Submitted: auto-replied",
      "",
      "Once upon a time.",
      "begin 644 x",
      "#0V%T",
      "end",
    ),
    lines(
      ...header,
      "Content-Type: text/html",
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from("<p>x</p>").toString("base64"),
    ),
  ];
  const bodies = [
    bodyIn("iso-2022-jp", Buffer.from("1b2442242224241b2842", "hex")),
    bodyIn("shift_jis", Buffer.from("82a082a2", "hex")),
    bodyIn("koi8-r", Buffer.from("f0d2c9d7c5d4", "hex")),
    bodyIn("utf-7", Buffer.from("+AGEAYg-")),
    bodyIn("utf-16", Buffer.from("feff00610062", "hex")),
  ];
  return [...texts.map((text) => Buffer.from(text)), ...bodies];
}
