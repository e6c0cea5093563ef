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
  | { type: "ready" }
  | { type: "value"; id: number; value: unknown }
  /** `code` is the system's error code, such as EFBIG. */
  | { type: "error"; id: number; name: string; message: string; code?: string | undefined };

/** Encodes a value as a line. */
export const encodeLine = (value: ChildRequest | ChildAnswer): string => `${JSON.stringify(value)}\n`;

/**
 * Makes a reader that takes a stream's chunks and passes on whole lines.
 * @throws RangeError from the reader when a line is longer than `maxLineBytes`
 */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let pending = 0;
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]);
      parts = [];
      pending = 0;
      rest = rest.subarray(end + 1);
      if (line.length > maxLineBytes) throw new RangeError("line too long");
      onLine(line.toString("utf8"));
    }
    pending += rest.length;
    if (pending > maxLineBytes) throw new RangeError("line too long");
    if (rest.length > 0) parts.push(rest);
  };
}
