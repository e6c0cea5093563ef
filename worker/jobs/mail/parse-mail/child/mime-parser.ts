// mailparser with additional rules: which leaves are attachments, delimiters as lenient as RFC 2046 asks, and nothing lost
// from a multipart whose parts cannot be separated. It uses internals of mailparser, so the version is pinned and
// mime-parser.test.ts fails when a newer version changes them.
import { MailParser, type MailParserOptions } from "mailparser";
import { lenientDelimiters, type MimeNode, type Splitter, withoutDelimiters } from "./mime-delimiters.ts";
import { type CharsetDecoder, readUtf7 } from "./utf-7.ts";

/** What the splitter emits: nodes, bytes of leaves, bytes between parts. */
type Piece = MimeNode | { type: "body" | "data"; node: MimeNode; value: Buffer };

type ParsedNode = { isAttachment?: boolean; disposition?: string; contentType: unknown };

type Inner = CharsetDecoder & {
  createNode: (node: MimeNode) => ParsedNode;
  processChunk: (piece: Piece, done: () => void) => void;
  splitter: Splitter;
};

/** A parser, and the bytes of multiparts without any part. `unparted` is complete once the parser has ended. */
export type MimeParser = { parser: MailParser; unparted: () => Buffer[] };

/** Creates a parser. */
export function createMimeParser(options: MailParserOptions): MimeParser {
  const parser = new MailParser(options);
  const inner = parser as unknown as Inner;
  lenientDelimiters(inner.splitter);
  classifyLeaves(inner);
  readUtf7(inner);
  return { parser, unparted: collectUnparted(inner) };
}

const uuencoded = /^(x-)?uu(e|encode)$/;

/** Whether a transfer encoding is uuencode. It is older than MIME, and mailparser does not know it. */
export const isUuencoded = (encoding: unknown): boolean =>
  typeof encoding === "string" && uuencoded.test(encoding.trim().toLowerCase());

/**
 * Decides which leaves are attachments. A part with a name is one, even if it could be shown inline, and so is a
 * uuencoded part. A part of a digest without a type is a message (RFC 2046, 5.1.5). A type without a subtype is ignored
 * (RFC 2045, 5.2).
 */
function classifyLeaves(inner: Inner): void {
  const createNode = inner.createNode.bind(inner);
  inner.createNode = (node) => {
    if (node.contentType !== false && !node.contentType.includes("/")) node.contentType = "text/plain";
    const parsed = createNode(node);
    if (node.multipart !== false) return parsed;
    const inDigest = node.parentNode !== false && node.parentNode.multipart === "digest";
    const message = inDigest && node.headers !== false && node.headers.get("Content-Type").length === 0;
    if (message) parsed.contentType = "message/rfc822";
    if (message || node.filename || isUuencoded(node.encoding)) parsed.isAttachment = true;
    return parsed;
  };
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
