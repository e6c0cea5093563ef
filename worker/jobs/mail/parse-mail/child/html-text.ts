// Makes readable text from an HTML body in one pass: which elements are blocks, lists, links or hidden. It builds no tree, so
// deep nesting costs nothing.
import { blocks, paragraphs, unseen, voids } from "./html-elements.ts";
import { classesHiddenBy, hides } from "./html-hidden.ts";
import { endsHidden, staysHidden } from "./html-hiding.ts";
import { describe, endLink, markItem, startLink, wholeNumber } from "./html-marks.ts";
import type { Place } from "./html-place.ts";
import { readHtml } from "./html-tokens.ts";
import { createLayout } from "./text-layout.ts";

/** Characters that are read. The rest of a longer body is left out; the HTML part itself is kept whole. */
export const maxHtmlLength = 4 * 1024 ** 2;

/** The text of an HTML body: one line per block, lists with their marks, links with their addresses. */
export function htmlText(html: string): string {
  const source = html.slice(0, maxHtmlLength);
  const text = read(source, true);
  // Whoever hides everything meant something else.
  return text === "" ? read(source, false) : text;
}

function read(source: string, heedStyles: boolean): string {
  const place: Place = {
    layout: createLayout(),
    hidden: undefined,
    preformatted: 0,
    lists: [],
    link: undefined,
    heedStyles,
    sheet: "",
    hiddenClasses: new Set(),
  };
  readHtml(source, {
    open: (name, attributes) => open(name, attributes, place),
    close: (name) => close(name, place),
    text: (text) => write(text, place),
  });
  endLink(place);
  return place.layout.text().toWellFormed();
}

/** Characters that only separate or pad: soft hyphens, zero-width blanks, joiners of graphemes. */
const padding = /\u00ad|\u200b|\u034f|\ufeff/g;

function write(text: string, place: Place): void {
  const { hidden, layout, preformatted } = place;
  if (hidden?.name === "style") place.sheet += text;
  if (hidden !== undefined) return;
  const shown = text.replace(padding, "");
  if (preformatted > 0) layout.verbatim(shown);
  else layout.flow(shown);
}

function open(name: string, attributes: ReadonlyMap<string, string>, place: Place): void {
  if (staysHidden(name, place)) return;
  const isHidden = unseen.has(name) || (place.heedStyles && hides(attributes, place.hiddenClasses));
  if (isHidden && !voids.has(name)) {
    place.hidden = { name, depth: 1 };
    return;
  }
  startBlock(name, place);
  if (!isHidden) startOf(name)?.(attributes, place);
}

function startBlock(name: string, { layout, lists }: Place): void {
  const nested = lists.length > 0 && (name === "ol" || name === "ul");
  if (paragraphs.has(name) && !nested) layout.breakLine(2);
  else if (blocks.has(name) || nested) layout.breakLine(1);
}

type Start = (attributes: ReadonlyMap<string, string>, place: Place) => void;

/** What the beginning of an element does, besides beginning a block. */
const starts = {
  br: (_, { layout }) => layout.newLine(),
  pre: (_, place) => {
    place.preformatted += 1;
  },
  td: (_, { layout }) => layout.blank(),
  th: (_, { layout }) => layout.blank(),
  ol: (attributes, { lists }) => {
    lists.push({ ordered: true, next: wholeNumber(attributes.get("start")) ?? 1 });
  },
  ul: (_, { lists }) => {
    lists.push({ ordered: false, next: 1 });
  },
  li: (attributes, place) => markItem(attributes, place),
  a: (attributes, place) => startLink(attributes.get("href"), place),
  img: (attributes, place) => describe(attributes, place),
} as const satisfies Record<string, Start>;

const startOf = (name: string): Start | undefined =>
  Object.hasOwn(starts, name) ? starts[name as keyof typeof starts] : undefined;

function close(name: string, place: Place): void {
  if (name === "style") {
    if (place.heedStyles) for (const hidden of classesHiddenBy(place.sheet)) place.hiddenClasses.add(hidden);
    place.sheet = "";
  }
  if (endsHidden(name, place)) return;
  if (name === "a") endLink(place);
  else if (name === "pre") place.preformatted = Math.max(0, place.preformatted - 1);
  else if (name === "ol" || name === "ul") place.lists.pop();
  startBlock(name, place);
}
