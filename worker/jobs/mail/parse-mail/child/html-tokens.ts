// Reads the tags, attributes and texts of HTML in order, with the tokenizer of htmlparser2. It knows no element.
import { Tokenizer } from "htmlparser2";

/** What a reader of HTML is told. Names are lower case, entities are decoded. */
export type HtmlReader = {
  open: (name: string, attributes: ReadonlyMap<string, string>) => void;
  close: (name: string) => void;
  text: (text: string) => void;
};

/** Reads HTML in one pass. Comments, declarations and sections that browsers take for comments are left out. */
export function readHtml(source: string, reader: HtmlReader): void {
  let [name, attribute, value] = ["", "", ""];
  let attributes = new Map<string, string>();
  const slice = (from: number, to: number) => source.slice(from, to);
  const lower = (from: number, to: number) => slice(from, to).toLowerCase();
  const opened = () => {
    reader.open(name, attributes);
    attributes = new Map();
  };
  const skipped = () => {};
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname: (from, to) => {
        name = lower(from, to);
      },
      onattribname: (from, to) => {
        [attribute, value] = [lower(from, to), ""];
      },
      onattribdata: (from, to) => {
        value += slice(from, to);
      },
      onattribentity: (code) => {
        value += String.fromCodePoint(code);
      },
      onattribend: () => {
        // Of an attribute that is given twice, the first counts (HTML standard, 13.2.5.33).
        if (!attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (from, to) => reader.close(lower(from, to)),
      ontext: (from, to) => reader.text(slice(from, to)),
      ontextentity: (code) => reader.text(String.fromCodePoint(code)),
      oncdata: skipped,
      oncomment: skipped,
      ondeclaration: skipped,
      onprocessinginstruction: skipped,
      onend: skipped,
    },
  );
  tokenizer.write(source);
  tokenizer.end();
}
