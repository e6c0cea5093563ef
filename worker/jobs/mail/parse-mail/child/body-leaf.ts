// A leaf of a mail that is shown inline. Its text is made from its bytes each time somebody reads it: a large one is never
// held as a whole.
import { Readable } from "node:stream";
import { maxHtmlLength } from "./html-text.ts";

/** A text in pieces, from its start each time. */
export type Pieces = () => AsyncIterable<string>;

/** A leaf. Leaves of one alternative say the same. */
export type BodyLeaf = {
  kind: "text" | "html";
  pieces: Pieces;
  /** The first characters, as many as are read of HTML. */
  start: string;
  /** Whether there is more than `start`. */
  longer: boolean;
  alternative: object | undefined;
};

/** Makes a leaf of its text, with one kind of line end. */
export async function bodyLeaf(
  kind: BodyLeaf["kind"],
  pieces: Pieces,
  alternative: object | undefined,
): Promise<BodyLeaf> {
  const leaf: BodyLeaf = { kind, pieces, start: "", longer: false, alternative };
  for await (const piece of pieces()) {
    const room = maxHtmlLength - leaf.start.length;
    leaf.start += piece.slice(0, room);
    leaf.longer = piece.length > room;
    if (leaf.longer) return leaf;
  }
  const { start } = leaf;
  return { ...leaf, pieces: () => Readable.from([start]) };
}

/** Whether a leaf says nothing. */
export const isBlank = ({ start, longer }: BodyLeaf): boolean => !longer && start.trim() === "";

/** Makes every line end a line feed, those of damaged mails, too. */
export async function* withLineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = "";
  for await (const piece of pieces) {
    const text = held + piece;
    const end = text.length - (/\r{1,1000}$/.exec(text)?.[0].length ?? 0);
    held = text.slice(end);
    yield text.slice(0, end).replace(/\r*\n|\r/g, "\n");
  }
  if (held !== "") yield held.replace(/\r/g, "\n");
}
