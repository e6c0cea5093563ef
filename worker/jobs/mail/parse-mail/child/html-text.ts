// Makes readable text from an HTML body in one pass. The tokenizer of htmlparser2 knows tags, attributes and entities; which
// elements are blocks, lists, links or hidden is ours. It builds no tree, so deep nesting costs nothing.
import { Tokenizer } from "htmlparser2";
import { classesHiddenBy, hides } from "./html-hidden.ts";
import { createLayout, type Layout } from "./text-layout.ts";

/** Characters that are read. The rest of a longer body is left out; the HTML part itself is kept whole. */
export const maxHtmlLength = 16 * 1024 ** 2;

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
const impliedEnds: Readonly<Record<string, ReadonlySet<string>>> = {
  p: new Set([...blocks, ...paragraphs]),
  li: names("li"),
  dt: names("dt dd"),
  dd: names("dt dd"),
  td: names("td th tr"),
  th: names("td th tr"),
  tr: names("tr"),
};

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
    hiddenClasses: new Set(),
  };
  let [name, attribute, value, sheet] = ["", "", "", ""];
  let attributes = new Map<string, string>();
  const opened = () => {
    open(name, attributes, place, heedStyles);
    attributes = new Map();
  };
  const slice = (from: number, to: number) => source.slice(from, to);
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname: (from, to) => {
        name = slice(from, to).toLowerCase();
      },
      onattribname: (from, to) => {
        attribute = slice(from, to).toLowerCase();
        value = "";
      },
      onattribdata: (from, to) => {
        value += slice(from, to);
      },
      onattribentity: (code) => {
        value += String.fromCodePoint(code);
      },
      onattribend: () => {
        if (!attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (from, to) => {
        const closing = slice(from, to).toLowerCase();
        if (closing === "style" && heedStyles)
          for (const hidden of classesHiddenBy(sheet)) place.hiddenClasses.add(hidden);
        sheet = "";
        close(closing, place);
      },
      ontext: (from, to) => {
        if (place.hidden?.name === "style") sheet += slice(from, to);
        else write(slice(from, to), place);
      },
      ontextentity: (code) => write(String.fromCodePoint(code), place),
      oncdata: () => {},
      oncomment: () => {},
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    },
  );
  tokenizer.write(source);
  tokenizer.end();
  endLink(place);
  return place.layout.text().toWellFormed();
}

/** Characters that only separate or pad: soft hyphens, zero-width blanks, joiners of graphemes. */
const padding = /\u00ad|\u200b|\u034f|\ufeff/g;

function write(text: string, { hidden, layout, preformatted }: Place): void {
  if (hidden !== undefined) return;
  const shown = text.replace(padding, "");
  if (preformatted > 0) layout.verbatim(shown);
  else layout.flow(shown);
}

function open(
  name: string,
  attributes: ReadonlyMap<string, string>,
  place: Place,
  heedStyles: boolean,
): void {
  const { layout, lists, hidden } = place;
  if (hidden !== undefined) {
    if (impliedEnds[hidden.name]?.has(name) !== true) {
      if (name === hidden.name) hidden.depth += 1;
      return;
    }
    place.hidden = undefined;
  }
  const isHidden = unseen.has(name) || (heedStyles && hides(attributes, place.hiddenClasses));
  if (isHidden && !voids.has(name)) {
    place.hidden = { name, depth: 1 };
    return;
  }
  startBlock(name, place);
  if (name === "br") layout.newLine();
  else if (name === "pre") place.preformatted += 1;
  else if (name === "td" || name === "th") layout.blank();
  else if (name === "ol") lists.push({ ordered: true, next: wholeNumber(attributes.get("start")) ?? 1 });
  else if (name === "ul") lists.push({ ordered: false, next: 1 });
  else if (name === "li") markItem(attributes, place);
  else if (name === "a") startLink(attributes.get("href"), place);
  else if (name === "img" && !isHidden) describe(attributes, place);
}

function close(name: string, place: Place): void {
  const { hidden } = place;
  if (hidden !== undefined) {
    if (name === hidden.name) hidden.depth -= 1;
    // The end of a block around a paragraph ends the paragraph.
    const ended = hidden.name === "p" && name !== "p" && impliedEnds.p?.has(name) === true;
    if (ended || hidden.depth === 0) place.hidden = undefined;
    if (!ended) return;
  }
  if (name === "a") endLink(place);
  else if (name === "pre") place.preformatted = Math.max(0, place.preformatted - 1);
  else if (name === "ol" || name === "ul") place.lists.pop();
  startBlock(name, place);
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
