// The elements of HTML by what they do to text.

const names = (list: string) => new Set(list.split(" "));

/** Elements that begin and end a line. */
export const blocks = names(
  "address article aside body center dd details dialog div dl dt fieldset figcaption figure footer form header hr html legend li main nav section summary tbody tfoot thead tr",
);
/** Elements with an empty line before and after. */
export const paragraphs = names("blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul");
/** Elements whose content readers never see. */
export const unseen = names("script style title template noscript xml");
/** Elements without content. */
export const voids = names("area base br col embed hr img input link meta param source track wbr");
/** What also ends an element whose end tag may be left out (HTML standard, 13.1.2.4). */
export const impliedEnds: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["p", new Set([...blocks, ...paragraphs])],
  ["li", names("li")],
  ["dt", names("dt dd")],
  ["dd", names("dt dd")],
  ["td", names("td th tr")],
  ["th", names("td th tr")],
  ["tr", names("tr")],
]);
