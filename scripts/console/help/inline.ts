// The inline part of our own documentation's Markdown: code, bold, links. Everything is escaped.
import { type Html, html } from "../../../triggers/web/ui/html.ts";

const pieces = /`([^`]+)`|\*\*([^*]+)\*\*|!?\[([^\]]*)\]\(([^)\s]+)\)/g;

/** A line of text. `from` is the page's folder: `""`, or `runbooks/`. */
export function inline(text: string, from: string): Html {
  const out: (Html | string)[] = [];
  let end = 0;
  for (const found of text.matchAll(pieces)) {
    const [whole, code, bold, words = "", target] = found;
    out.push(text.slice(end, found.index));
    end = found.index + whole.length;
    if (code !== undefined) out.push(html`<code>${code}</code>`);
    else if (bold !== undefined) out.push(html`<strong>${bold}</strong>`);
    else out.push(whole.startsWith("!") ? words : link(words, target ?? "", from));
  }
  return html`${[...out, text.slice(end)]}`;
}

function link(words: string, target: string, from: string): Html {
  const address = addressOf(target, from);
  return address === undefined ? html`${words}` : html`<a href="${address}">${words.replaceAll("`", "")}</a>`;
}

/** Where a link of a page leads in the console; undefined for a file that is no page. */
export function addressOf(target: string, from: string): string | undefined {
  if (/^https:\/\//.test(target) || target.startsWith("#")) return target;
  const { pathname, hash } = new URL(target, `http://docs/help/${from}`);
  return /^\/help\/(runbooks\/)?[a-z0-9-]+\.md$/.test(pathname)
    ? `${pathname.slice(0, -".md".length)}${hash}`
    : undefined;
}
