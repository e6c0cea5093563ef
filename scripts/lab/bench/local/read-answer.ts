// Reads HTTP answers of servers that say how long they are (RFC 9112, section 6): what a caller over a bare socket needs.

/** An answer. */
export type Answer = {
  status: number;
  text: string;
  /** No other one follows on this connection. */
  closes: boolean;
};

const endOfHead = "\r\n\r\n";
const nothing = Buffer.alloc(0);

/**
 * Makes a reader of pieces that passes on whole answers.
 * @throws RangeError from the reader for an answer that does not say how long it is
 */
export function answerReader(onAnswer: (answer: Answer) => void): (piece: Buffer) => void {
  let held: Buffer = nothing;
  return (piece) => {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    for (let answer = answerIn(held); answer !== undefined; answer = answerIn(held)) {
      held = answer.bytes < held.length ? held.subarray(answer.bytes) : nothing;
      onAnswer(answer);
    }
  };
}

/** The whole answer with which these bytes begin, and how many of them it has. */
function answerIn(bytes: Buffer): (Answer & { bytes: number }) | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new RangeError(`an answer without its length: ${head}`);
  const start = end + endOfHead.length;
  const all = start + Number(length);
  if (bytes.length < all) return undefined;
  return {
    status: Number(head.slice(9, 12)),
    text: bytes.toString("utf8", start, all),
    closes: head.startsWith("HTTP/1.0") || /\r\nconnection: *close/i.test(head),
    bytes: all,
  };
}
