// mailparser's reader of MIME with the rules of this job on top: which leaves are attachments, delimiters as lenient as
// RFC 2046 asks for, and nothing lost of a multipart whose parts cannot be told apart. It reaches into mailparser, whose
// version is pinned for that reason; mime-parser.test.ts fails where a newer one is made otherwise.
import { MailParser, type MailParserOptions } from "mailparser";
import { lenientDelimiters, type MimeNode, type Splitter, withoutDelimiters } from "./mime-delimiters.ts";
import { type CharsetDecoder, readUtf7 } from "./utf-7.ts";

/** What the splitter makes of a mail: nodes, bytes of leaves, bytes between parts. */
type Piece = MimeNode | { type: "body" | "data"; node: MimeNode; value: Buffer };

type ParsedNode = { isAttachment?: boolean; disposition?: string; contentType: unknown };

type Inner = CharsetDecoder & {
  createNode: (node: MimeNode) => ParsedNode;
  processChunk: (piece: Piece, done: () => void) => void;
  splitter: Splitter;
};

/** A parser, and the bytes of multiparts that have no part; complete when the parser has ended. */
export type MimeParser = { parser: MailParser; unparted: () => Buffer[] };

/** Makes a parser. */
export function createMimeParser(options: MailParserOptions): MimeParser {
  const parser = new MailParser(options);
  const inner = parser as unknown as Inner;
  lenientDelimiters(inner.splitter);
  ownLeaves(inner);
  readUtf7(inner);
  return { parser, unparted: unpartedIn(inner) };
}

const uuencoded = /^(x-)?uu(e|encode)$/;

/** Whether a transfer encoding is uuencode, which is older than MIME and which mailparser does not know. */
export const isUuencoded = (encoding: unknown): boolean =>
  typeof encoding === "string" && uuencoded.test(encoding.trim().toLowerCase());

/**
 * A part with a name is a file, also where it could be shown in place; what is uuencoded is decoded as a file; a part of
 * a digest without a type is a message (RFC 2046, 5.1.5); a type without a subtype says nothing (RFC 2045, 5.2).
 */
function ownLeaves(inner: Inner): void {
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

/** Keeps what stands where a multipart's parts should be, until a part of it comes. */
function unpartedIn(inner: Inner): () => Buffer[] {
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
