// The protocol between worker and child: one JSON value per line over one pipe. Lines are bounded, because the child is
// untrusted; Node's own IPC would parse unchecked and unbounded text. Children load this file: keep it small.
/** Longest line either side may send. */
export const maxLineBytes = 1024 * 1024;

/** File descriptor of the pipe in the child. */
export const pipeDescriptor = 3;

/** A task for the child. */
export type ChildRequest = { id: number; task: string; input: unknown };

/** What a child says; the worker checks it with answer-schema.ts. */
export type ChildAnswer =
  /** It can be asked. */
  | { type: "ready" }
  /** It has loaded the tasks that it was to load before they are needed. */
  | { type: "loaded" }
  | { type: "value"; id: number; value: unknown }
  /** `code` is the system's error code, such as EFBIG. */
  | { type: "error"; id: number; name: string; message: string; code?: string | undefined };

/** Encodes a value as a line. */
export const encodeLine = (value: ChildRequest | ChildAnswer): string => `${JSON.stringify(value)}\n`;

/**
 * Makes a reader that takes a stream's chunks and passes on whole lines. It holds one line at most, however small the
 * pieces are in which the line comes.
 * @throws RangeError from the reader when a line is longer than `maxLineBytes`
 */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  let length = 0;
  const hold = (piece: Buffer) => {
    if (length + piece.length > maxLineBytes) throw new RangeError("line too long");
    if (length + piece.length > held.length) {
      const larger = Buffer.alloc(Math.min(maxLineBytes, 2 * (length + piece.length)));
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    piece.copy(held, length);
    length += piece.length;
  };
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      hold(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const line = held.toString("utf8", 0, length);
      [held, length] = [Buffer.alloc(0), 0];
      onLine(line);
    }
    hold(rest);
  };
}
