// Pictures in fetched HTML: `cid:` addresses, which only mail programs know (RFC 2392), become the names of the saved files.
import { partFileName } from "./file-name.ts";
import type { Part } from "./story.ts";

/** Whether a part is an HTML text. The stored text is UTF-8, whatever its elements say. */
export const isHtml = ({ contentType }: Part): boolean => /^text\/html\b/.test(contentType);

/** The saved files by Content-ID, as an HTML part names them: those of the same message before others. */
export function savedPictures(html: Part, parts: readonly Part[]): ReadonlyMap<string, string> {
  const withId = parts.filter(({ contentId }) => contentId !== undefined);
  const near = withId.filter(({ within }) => within === html.within);
  const found = new Map<string, string>();
  for (const part of [...near, ...withId])
    if (!found.has(part.contentId ?? "")) found.set(part.contentId ?? "", partFileName(part));
  return found;
}

const reference = /\bcid:([^"'\s<>)]{1,300})/gi;

/** A byte-order mark makes browsers read UTF-8, even where an element of the HTML says otherwise. */
const mark = "\ufeff";

/**
 * Makes the references of an HTML text point at saved files. Reads the whole text, which fits into memory: a mail has at most
 * 40 MB. An unknown reference stays as it is.
 */
export function pointingAt(files: ReadonlyMap<string, string>) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const all: Buffer[] = [];
    for await (const chunk of chunks) all.push(chunk);
    const html = Buffer.concat(all).toString("utf8");
    const pointed = html.replace(reference, (whole, id: string) => {
      const file = files.get(id) ?? files.get(decoded(id));
      return file === undefined ? whole : encodeURIComponent(file);
    });
    yield Buffer.from(pointed.startsWith(mark) ? pointed : mark + pointed);
  };
}

function decoded(id: string): string {
  const plain = id.replaceAll("&amp;", "&");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
