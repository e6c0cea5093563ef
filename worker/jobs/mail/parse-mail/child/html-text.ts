// Makes readable text from an HTML body in one pass: which elements are blocks, lists, links or hidden. It builds no tree, so
// deep nesting costs nothing.
import { classesHiddenBy, hides } from "./html-hidden.ts";
import { readHtml } from "./html-tokens.ts";
import { createLayout, type Layout } from "./text-layout.ts";

/** Characters that are read. The rest of a longer body is left out; the HTML part itself is kept whole. */
export const maxHtmlLength = 4 * 1024 ** 2;

const names = (list: string) => new Set(list.split(" "));

/** Elements that begin and end a line. */
const blocks = names(
  "address article aside body center dd details dialog div dl dt fieldset figcaption figure footer form header hr html legend li main nav section summary tbody tfoot thead tr",
);
/** Elements with an empty line before and after. */
const paragraphs = names("blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul");
/** Elements whose content readers never see. */
const unseen = names("script style title template noscript xml");
/** Elements without content. */
const voids = names("area base br col embed hr img input link meta param source track wbr");
/** What also ends an element whose end tag may be left out (HTML standard, 13.1.2.4). */
const impliedEnds: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["p", new Set([...blocks, ...paragraphs])],
  ["li", names("li")],
  ["dt", names("dt dd")],
  ["dd", names("dt dd")],
  ["td", names("td th tr")],
  ["th", names("td th tr")],
  ["tr", names("tr")],
]);

/** Characters of a link's address that are shown. */
const maxAddressLength = 2000;

type List = { ordered: boolean; next: number };
type Link = { address: string; from: number };

/** What the text depends on at a place in the body. */
type Place = {
  layout: Layout;
  /** The element that hides all up to its end, and how many of its name are open. */
  hidden: { name: string; depth: number } | undefined;
  preformatted: number;
  lists: List[];
  link: Link | undefined;
  /** Whether styles may hide elements, and what they say. */
  heedStyles: boolean;
  sheet: string;
  hiddenClasses: Set<string>;
};

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

/** Whether an element opens within a hidden one, and does not end that. */
function staysHidden(name: string, place: Place): boolean {
  const { hidden } = place;
  if (hidden === undefined) return false;
  if (impliedEnds.get(hidden.name)?.has(name) === true) {
    place.hidden = undefined;
    return false;
  }
  if (name === hidden.name) hidden.depth += 1;
  return true;
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

/** Whether an end tag stands in a hidden element or ends it. */
function endsHidden(name: string, place: Place): boolean {
  const { hidden } = place;
  if (hidden === undefined) return false;
  if (name === hidden.name) hidden.depth -= 1;
  // The end of a block around a paragraph ends the paragraph.
  const around = hidden.name === "p" && name !== "p" && impliedEnds.get("p")?.has(name) === true;
  if (around || hidden.depth === 0) place.hidden = undefined;
  return !around;
}

function startBlock(name: string, { layout, lists }: Place): void {
  const nested = lists.length > 0 && (name === "ol" || name === "ul");
  if (paragraphs.has(name) && !nested) layout.breakLine(2);
  else if (blocks.has(name) || nested) layout.breakLine(1);
}

/** A number or a dash, indented by the levels around it. */
function markItem(attributes: ReadonlyMap<string, string>, { lists, layout }: Place): void {
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

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : undefined;

function startLink(address: string | undefined, place: Place): void {
  endLink(place);
  const bare = (address ?? "").replace(/[\p{Cc}\s]+/gu, "");
  if (!/^(https?|ftp|mailto|tel|sms|geo|urn):/i.test(bare) || bare.length > maxAddressLength) return;
  place.link = { address: bare, from: place.layout.size() };
}

/** Writes the address behind the text of the link, unless the text says it. */
function endLink(place: Place): void {
  const { link, layout } = place;
  place.link = undefined;
  if (link === undefined) return;
  const shown = layout.since(link.from);
  if (shown === "" || said(shown) === said(link.address)) return;
  layout.blank();
  layout.verbatim(`<${link.address}>`);
}

const said = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^(https?:\/\/|mailto:|tel:)?(www\.)?/, "")
    .replace(/\/$/, "");

/** A picture's words stand for it. Pictures without words, and those of one pixel that count readers, say nothing. */
function describe(attributes: ReadonlyMap<string, string>, { layout }: Place): void {
  const words = (attributes.get("alt") ?? "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
  const tiny = [attributes.get("width"), attributes.get("height")].some((size) =>
    /^[01](px)?$/.test(size ?? ""),
  );
  if (words !== "" && !tiny) layout.flow(`[${words}]`);
}
