// Puts the bodies of a mail together: one text and one HTML body from all leaves that are shown inline.
import { writeFile } from "node:fs/promises";
import type { DecodedPart, PartRole } from "./contract.ts";
import { htmlText, maxHtmlLength } from "./html-text.ts";

/** A leaf that is shown inline, as text. Leaves of one alternative say the same. */
export type BodyLeaf = { kind: "text" | "html"; text: string; alternative: object | undefined };

/** The bodies; an empty text is none. `derived` tells that all text was made from HTML. */
export type Bodies = { text: string; html: string; derived: boolean; cut: boolean };

/** Puts leaves together, in the order of the mail. */
export function bodiesOf(leaves: readonly BodyLeaf[]): Bodies {
  const plain = leaves.filter((leaf) => leaf.kind === "text" && leaf.text.trim() !== "");
  const html = leaves.filter((leaf) => leaf.kind === "html" && leaf.text.trim() !== "");
  const isRepeated = repetitionsOf(plain);
  const pieces: { text: string; derived: boolean }[] = [];
  for (const leaf of leaves) {
    if (plain.includes(leaf)) pieces.push({ text: leaf.text, derived: false });
    if (!html.includes(leaf) || isSaid(leaf, plain)) continue;
    const text = htmlText(leaf.text);
    // Some programs send text and HTML side by side without saying that they are alternatives.
    if (text !== "" && !isRepeated(text)) pieces.push({ text, derived: true });
  }
  return {
    text: pieces.map(({ text }) => text).join("\n"),
    html: html.map(({ text }) => text).join("<br/>\n"),
    derived: pieces.length > 0 && pieces.every(({ derived }) => derived),
    cut: html.some((leaf) => leaf.text.length > maxHtmlLength && !isSaid(leaf, plain)),
  };
}

const isSaid = ({ alternative }: BodyLeaf, plain: readonly BodyLeaf[]): boolean =>
  alternative !== undefined && plain.some((leaf) => leaf.alternative === alternative);

/** Characters of plain text in which a repetition is looked for. */
const compared = 4 * 1024 ** 2;

/** Tells whether plain text says a text already. What all the plain text says is worked out once, when first asked. */
function repetitionsOf(plain: readonly BodyLeaf[]): (text: string) => boolean {
  let said: string | undefined;
  return (text) => {
    said ??= plain.map((leaf) => lettersOf(leaf.text.slice(0, compared))).join("");
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
  if (text.trim() !== "") {
    const made = await writeBody("text", text, { fileOf, role, name: name && `${name}.txt` });
    parts.push({ ...made, ...(derived && { derived: true }), ...(cut && { problem: textCut }) });
  }
  if (html !== "") parts.push(await writeBody("html", html, { fileOf, role, name: name && `${name}.html` }));
  return parts;
}

async function writeBody(
  kind: "text" | "html",
  text: string,
  {
    fileOf,
    role = kind,
    name,
  }: { fileOf: BodyPlace["fileOf"]; role?: PartRole | undefined; name?: string | undefined },
): Promise<DecodedPart> {
  const bytes = Buffer.from(text.toWellFormed());
  const file = fileOf(kind);
  await writeFile(file, bytes);
  const contentType = `text/${kind === "text" ? "plain" : "html"}; charset=utf-8`;
  return { file, role, contentType, bytes: bytes.length, ...(name !== undefined && { name }) };
}
