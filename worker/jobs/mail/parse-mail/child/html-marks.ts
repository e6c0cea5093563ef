// What an HTML body's elements add to its text: marks of lists, addresses of links, words of pictures.
import type { Place } from "./html-place.ts";

/** Characters of a link's address that are shown. */
const maxAddressLength = 2000;

/** A number or a dash, indented by the levels around it. */
export function markItem(attributes: ReadonlyMap<string, string>, { lists, layout }: Place): void {
  const list = lists.at(-1);
  const indent = "  ".repeat(Math.min(10, Math.max(0, lists.length - 1)));
  if (list?.ordered !== true) layout.verbatim(`${indent}-`);
  else {
    const number = wholeNumber(attributes.get("value")) ?? list.next;
    list.next = number + 1;
    layout.verbatim(`${indent}${number}.`);
  }
  layout.blank();
}

export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : undefined;

export function startLink(address: string | undefined, place: Place): void {
  endLink(place);
  const bare = (address ?? "").replace(/[\p{Cc}\s]+/gu, "");
  // People leave the scheme out, and programs that know it from the page.
  if (!/^((https?|ftp|mailto|tel|sms|geo|urn):|\/\/[^/]|www\.)/i.test(bare) || bare.length > maxAddressLength)
    return;
  place.link = { address: bare, from: place.layout.mark() };
}

/** Writes the address behind the text of the link, unless the text says it. */
export function endLink(place: Place): void {
  const { link, layout } = place;
  place.link = undefined;
  if (link === undefined) return;
  const shown = layout.since(link.from);
  if (shown === "" || (shown !== undefined && said(shown) === said(link.address))) return;
  layout.blank();
  layout.verbatim(`<${link.address}>`);
}

const said = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^((https?:)?\/\/|mailto:|tel:)?(www\.)?/, "")
    .replace(/\/$/, "");

/** A picture's words stand for it. Pictures without words, and those of one pixel that count readers, say nothing. */
export function describe(attributes: ReadonlyMap<string, string>, { layout }: Place): void {
  const words = (attributes.get("alt") ?? "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
  const tiny = [attributes.get("width"), attributes.get("height")].some((size) =>
    /^[01](px)?$/.test(size ?? ""),
  );
  if (words !== "" && !tiny) layout.flow(`[${words}]`);
}
