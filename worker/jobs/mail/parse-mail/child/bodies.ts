// Puts the bodies of a mail together: one text and one HTML body from all leaves that are shown inline.
import { closeSync, openSync } from "node:fs";
import { type BodyLeaf, isBlank, type Pieces } from "./body-leaf.ts";
import type { DecodedPart, PartRole } from "./contract.ts";
import { writeAll } from "./files.ts";
import { htmlText, maxHtmlLength } from "./html-text.ts";

/** A piece of a body: text, or a leaf's text in pieces. */
type Piece = string | Pieces;

/** The bodies; one without a piece is none. `derived` tells that all text was made from HTML. */
export type Bodies = {
  text: Piece[];
  html: Piece[];
  /** How the text begins. */
  start: string;
  derived: boolean;
  cut: boolean;
};

/** Characters of the text's start. */
const startLength = 16 * 1024;

/** Puts leaves together, in the order of the mail. */
export function bodiesOf(leaves: readonly BodyLeaf[]): Bodies {
  const plain = leaves.filter((leaf) => leaf.kind === "text" && !isBlank(leaf));
  const html = leaves.filter((leaf) => leaf.kind === "html" && !isBlank(leaf));
  const isRepeated = repetitionsOf(plain);
  const pieces: { piece: Piece; start: string; derived: boolean }[] = [];
  for (const leaf of leaves) {
    if (plain.includes(leaf)) pieces.push({ piece: leaf.pieces, start: leaf.start, derived: false });
    if (!html.includes(leaf) || isSaid(leaf, plain)) continue;
    const text = htmlText(leaf.start);
    // Some programs send text and HTML side by side without saying that they are alternatives.
    if (text !== "" && !isRepeated(text)) pieces.push({ piece: text, start: text, derived: true });
  }
  return {
    text: between(
      pieces.map(({ piece }) => piece),
      "\n",
    ),
    html: between(
      html.map(({ pieces: each }) => each),
      "<br/>\n",
    ),
    start: pieces.map(({ start }) => start.slice(0, startLength)).join("\n"),
    derived: pieces.length > 0 && pieces.every(({ derived }) => derived),
    cut: html.some((leaf) => leaf.longer && !isSaid(leaf, plain)),
  };
}

const between = (pieces: readonly Piece[], mark: string): Piece[] =>
  pieces.flatMap((piece, index) => (index === 0 ? [piece] : [mark, piece]));

const isSaid = ({ alternative }: BodyLeaf, plain: readonly BodyLeaf[]): boolean =>
  alternative !== undefined && plain.some((leaf) => leaf.alternative === alternative);

/** Tells whether plain text says a text already. What all the plain text says is worked out once, when first asked. */
function repetitionsOf(plain: readonly BodyLeaf[]): (text: string) => boolean {
  let said: string | undefined;
  return (text) => {
    said ??= plain.map(({ start }) => lettersOf(start)).join("");
    return said.includes(lettersOf(text));
  };
}

const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, "");

const textCut = `The text was made from the first ${maxHtmlLength / 1024 ** 2} MB of the HTML.`;

/** Where bodies are written: their files, their role, and a name for people. */
export type BodyPlace = { fileOf: (kind: "text" | "html") => string; role?: PartRole; name?: string };

/** Writes the bodies, the text first. */
export async function writeBodies(
  { text, html, derived, cut }: Bodies,
  { fileOf, role, name }: BodyPlace,
): Promise<DecodedPart[]> {
  const parts: DecodedPart[] = [];
  if (text.length > 0) {
    const made = await writeBody("text", text, { fileOf, role, name: name && `${name}.txt` });
    parts.push({ ...made, ...(derived && { derived: true }), ...(cut && { problem: textCut }) });
  }
  if (html.length > 0)
    parts.push(await writeBody("html", html, { fileOf, role, name: name && `${name}.html` }));
  return parts;
}

async function writeBody(
  kind: "text" | "html",
  pieces: readonly Piece[],
  {
    fileOf,
    role = kind,
    name,
  }: { fileOf: BodyPlace["fileOf"]; role?: PartRole | undefined; name?: string | undefined },
): Promise<DecodedPart> {
  const file = fileOf(kind);
  const bytes = await writePieces(pieces, file);
  const contentType = `text/${kind === "text" ? "plain" : "html"}; charset=utf-8`;
  return { file, role, contentType, bytes, ...(name !== undefined && { name }) };
}

/** Writes pieces as UTF-8 and returns how many bytes that took. What is no character becomes a replacement character. */
async function writePieces(pieces: readonly Piece[], file: string): Promise<number> {
  const descriptor = openSync(file, "w");
  let bytes = 0;
  let half = "";
  const put = (text: string) => {
    const written = Buffer.from(text);
    bytes += written.length;
    writeAll(descriptor, written);
  };
  try {
    for (const piece of pieces)
      for await (const text of typeof piece === "string" ? [piece] : piece()) {
        const whole = half + text;
        half = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? "";
        put(half === "" ? whole : whole.slice(0, -1));
      }
    put(half);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
