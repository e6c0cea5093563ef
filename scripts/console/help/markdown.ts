// Shows our own documentation's Markdown as a page: headings, paragraphs, lists, tables and code, as far as docs/ uses them.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { inline } from "./inline.ts";

/** A page: the words of its first heading, and what is below it. */
export type MarkdownPage = { title: string; body: Html };

type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "code"; lines: string[] }
  | { kind: "table"; rows: string[][] }
  | { kind: "list"; ordered: boolean; items: string[] }
  | { kind: "text"; text: string };

/** Reads a page. `from` is its folder in docs: `""`, or `runbooks/`. */
export function markdownPage(source: string, from: string): MarkdownPage {
  const [first, ...rest] = blocksOf(source.split("\n"));
  const title = first?.kind === "heading" ? first.text : "Help";
  const blocks = first?.kind === "heading" ? rest : first === undefined ? [] : [first, ...rest];
  return { title: title.replaceAll("`", ""), body: html`${blocks.map((block) => blockView(block, from))}` };
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const last = blocks.at(-1);
    at += 1;
    if (line.startsWith("```")) {
      const end = lines.findIndex((each, index) => index >= at && each.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", lines: lines.slice(at, stop) });
      at = stop + 1;
    } else if (line.trim() !== "") addLine(blocks, last, line, (lines[at - 2] ?? "").trim() === "");
  }
  return blocks;
}

/** Adds a line to the last block where it belongs to it, else as a new one. */
function addLine(blocks: Block[], last: Block | undefined, line: string, afterBlank: boolean): void {
  const [, hashes, heading] = /^(#{1,4}) (.+)$/.exec(line) ?? [];
  const [, mark, item] = /^(?:\s{0,3})(-|\d+\.) (.+)$/.exec(line) ?? [];
  if (hashes !== undefined && heading !== undefined)
    blocks.push({ kind: "heading", level: hashes.length, text: heading });
  else if (line.startsWith("|")) addRow(blocks, last, line);
  else if (mark !== undefined && item !== undefined) {
    if (last?.kind === "list") last.items.push(item);
    else blocks.push({ kind: "list", ordered: mark !== "-", items: [item] });
  } else if (last?.kind === "list" && /^\s/.test(line)) last.items.push(`${last.items.pop()} ${line.trim()}`);
  else if (last?.kind === "text" && !afterBlank) last.text += ` ${line.trim()}`;
  else blocks.push({ kind: "text", text: line.trim() });
}

function addRow(blocks: Block[], last: Block | undefined, line: string): void {
  const cells = line
    .replace(/^\||\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
  if (cells.every((cell) => /^:?-+:?$/.test(cell))) return;
  if (last?.kind === "table") last.rows.push(cells);
  else blocks.push({ kind: "table", rows: [cells] });
}

/** The id of a heading, as links of other pages name it. */
const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");

function blockView(block: Block, from: string): Html {
  const line = (text: string) => inline(text, from);
  switch (block.kind) {
    case "heading":
      return html`<h2 id="${slug(block.text)}">${line(block.text)}</h2>`;
    case "code":
      return html`<pre class="code" tabindex="0">${block.lines.join("\n")}</pre>`;
    case "list":
      return block.ordered
        ? html`<ol>${block.items.map((item) => html`<li>${line(item)}</li>`)}</ol>`
        : html`<ul>${block.items.map((item) => html`<li>${line(item)}</li>`)}</ul>`;
    case "table":
      return tableView(block.rows, line);
    default:
      return html`<p>${line(block.text)}</p>`;
  }
}

function tableView([head = [], ...rows]: readonly string[][], line: (text: string) => Html): Html {
  const heads = head.some((cell) => cell !== "")
    ? html`<thead><tr>${head.map((cell) => html`<th scope="col">${line(cell)}</th>`)}</tr></thead>`
    : nothing;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>
    ${heads}
    <tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${line(cell)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}
