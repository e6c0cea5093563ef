// mailparser with additional rules: every leaf is streamed with what its header says, odd spellings of encodings are
// understood, each limit is told by its name, delimiters are as lenient as RFC 2046 asks, and nothing is lost from a
// multipart whose parts cannot be separated. It uses internals of mailparser, so the version is pinned and
// mime-parser.test.ts fails when a newer version changes them.
import type { Transform } from "node:stream";
import { MailParser, type MailParserOptions } from "mailparser";
import { Base64Decoder } from "./base64-decoder.ts";
import { type LineSplitter, passRuns } from "./body-runs.ts";
import { type DecodeCharset, utf8Header } from "./charset.ts";
import { type CharsetDecoder, decodeCharset, readCharsets, type WordDecoder } from "./charset-decoder.ts";
import { mailLimits } from "./contract.ts";
import { LimitMet } from "./limit-met.ts";
import { lenientDelimiters, type MimeNode, type Splitter, withoutDelimiters } from "./mime-delimiters.ts";
import { transferEncoding } from "./mime-encoding.ts";

/** What the splitter emits: nodes, bytes of leaves, bytes between parts. */
type Piece = MimeNode | { type: "body" | "data"; node: MimeNode; value: Buffer };

type ParsedNode = { isAttachment?: boolean; headers: object; contentType: unknown };

type Inner = CharsetDecoder & {
  createNode: (node: MimeNode) => ParsedNode;
  processChunk: (piece: Piece, done: () => void) => void;
  chunkedPassthrough: Pick<Transform, "_transform">;
  splitter: Splitter & HeaderReader & LineSplitter;
  emit: (event: "error", error: Error) => void;
};

type Node = MimeNode & {
  root: boolean;
  libmime: WordDecoder;
  addHeaderChunk: (line: Buffer | false) => boolean;
  headerCost: (extra?: number) => number;
};

/** The part of mailparser's splitter that reads headers. */
type HeaderReader = {
  node: Node;
  newNode: (parent?: MimeNode | false) => void;
  checkHeadSize: (extra?: number) => Error | null;
};

/** What the header of a leaf says about it. `text` and `html` are bodies. */
export type Leaf = {
  kind: "text" | "html" | "file";
  charset: string | undefined;
  flowed: boolean;
  deleteSpaces: boolean;
  /** The multipart/alternative around it: its leaves say the same. */
  alternative: object | undefined;
};

/** Counts the nodes of a mail and of what is in its parts. */
export type NodeCount = { nodes: number };

/**
 * A parser, and what it does not say itself. `leafOf` takes the headers of an attachment; `unparted`, the bytes of
 * multiparts without any part, is complete once the parser has ended.
 */
export type MimeParser = {
  parser: MailParser;
  leafOf: (headers: object) => Leaf;
  unparted: () => Buffer[];
  decode: DecodeCharset;
};

/** Creates a parser. It emits LimitMet as its error. */
export function createMimeParser(options: MailParserOptions, count: NodeCount): MimeParser {
  // The parser's own limits are behind ours.
  const parser = new MailParser({ ...options, maxHeadSize: 2 * mailLimits.headerBytes });
  const inner = parser as unknown as Inner;
  keepLimits(inner, count);
  lenientDelimiters(inner.splitter);
  passRuns(inner.splitter);
  // It copies every chunk to gather small ones; a file's are large enough.
  inner.chunkedPassthrough._transform = (chunk, _, done) => done(null, chunk);
  readCharsets(inner, inner.libmime);
  return {
    parser,
    leafOf: classifyLeaves(inner),
    unparted: collectUnparted(inner),
    decode: (charset, bytes) => decodeCharset(inner, charset, bytes),
  };
}

/** Counts nodes, levels and header bytes, and makes headers UTF-8. */
function keepLimits(inner: Inner, count: NodeCount): void {
  const { splitter } = inner;
  const levels = new WeakMap<MimeNode, number>();
  const open = (node: Node) => {
    const level = node.parentNode === false ? 0 : (levels.get(node.parentNode) ?? 0) + 1;
    levels.set(node, level);
    count.nodes += 1;
    if (level > mailLimits.depth) inner.emit("error", new LimitMet("depth"));
    if (count.nodes > mailLimits.nodes) inner.emit("error", new LimitMet("parts"));
    const add = node.addHeaderChunk.bind(node);
    node.addHeaderChunk = (line) => add(line && utf8Header(line));
    readCharsets(inner, node.libmime);
  };
  open(splitter.node);
  const newNode = splitter.newNode.bind(splitter);
  splitter.newNode = (parent) => {
    newNode(parent);
    open(splitter.node);
  };
  splitter.checkHeadSize = (extra) => {
    const { root } = splitter.node;
    const most = root ? mailLimits.headerBytes : mailLimits.partHeaderBytes;
    return splitter.node.headerCost(extra) > most ? new LimitMet(root ? "header" : "part-header") : null;
  };
}

/**
 * Makes every leaf a stream and remembers what it is. A part with a name is a file, even if it could be shown inline, and so
 * is a uuencoded part. A part of a digest without a type is a message (RFC 2046, 5.1.5). A type without a subtype is ignored
 * (RFC 2045, 5.2).
 */
function classifyLeaves(inner: Inner): (headers: object) => Leaf {
  const leaves = new WeakMap<object, Leaf>();
  const createNode = inner.createNode.bind(inner);
  inner.createNode = (node) => {
    if (node.contentType !== false && lacksSubtype(node)) node.contentType = "text/plain";
    node.encoding = transferEncoding(node.encoding);
    if (node.encoding === "base64") node.getDecoder = () => new Base64Decoder();
    const parsed = createNode(node);
    if (node.multipart !== false) return parsed;
    const inDigest = node.parentNode !== false && node.parentNode.multipart === "digest";
    const message = inDigest && node.headers !== false && node.headers.get("Content-Type").length === 0;
    if (message) parsed.contentType = "message/rfc822";
    const isFile =
      message || parsed.isAttachment === true || Boolean(node.filename) || node.encoding === "uuencode";
    parsed.isAttachment = true;
    leaves.set(parsed.headers, {
      kind: isFile ? "file" : parsed.contentType === "text/html" ? "html" : "text",
      charset: node.charset || undefined,
      flowed: node.flowed,
      deleteSpaces: node.delSp,
      alternative: alternativeOf(node),
    });
    return parsed;
  };
  return (headers) => {
    const leaf = leaves.get(headers);
    if (leaf === undefined) throw new TypeError("every leaf is classified before its bytes come");
    return leaf;
  };
}

/** A multipart that is none to the splitter, such as `multipart/`, lacks its subtype, too. */
const lacksSubtype = ({ contentType, multipart }: MimeNode): boolean =>
  contentType !== false &&
  (!contentType.includes("/") || (multipart === false && /^multipart\//i.test(contentType)));

function alternativeOf(node: MimeNode): object | undefined {
  for (let each = node.parentNode; each !== false; each = each.parentNode)
    if (each.multipart === "alternative") return each;
  return undefined;
}

/** Keeps the bytes found in place of a multipart's parts, until a real part of it comes. */
function collectUnparted(inner: Inner): () => Buffer[] {
  const process = inner.processChunk.bind(inner);
  const found: Buffer[] = [];
  let open: { node: MimeNode; bytes: Buffer[] } | undefined;
  const close = () => {
    if (open === undefined) return;
    const bytes = withoutDelimiters(Buffer.concat(open.bytes), open.node);
    if (bytes.some((byte) => byte > 0x20)) found.push(bytes);
    open = undefined;
  };
  inner.processChunk = (piece, done) => {
    if (piece.type === "node") {
      if (open !== undefined && piece.parentNode === open.node) open = undefined;
      close();
      if (piece.multipart !== false) open = { node: piece, bytes: [] };
    } else if (piece.type === "data" && piece.node === open?.node) open.bytes.push(piece.value);
    process(piece, done);
  };
  return () => {
    close();
    return found.splice(0);
  };
}
