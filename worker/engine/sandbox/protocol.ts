// What worker and child say to each other: one JSON value a line over one pipe, of bounded length, since the child's
// side is untrusted. Node's own IPC would parse unchecked and unbounded text for us. Loaded by children: keep it small.
/** Longest line either side may send. */
export const maxLineBytes = 1024 * 1024;

/** File descriptor of the pipe in the child. */
export const pipeDescriptor = 3;

/** A task for the child. */
export type ChildRequest = { id: number; task: string; input: unknown };

/** What a child says; the worker checks it by answer-schema.ts. */
export type ChildAnswer =
  | { type: "ready" }
  | { type: "value"; id: number; value: unknown }
  /** `code` is the system's word for it, such as EFBIG. */
  | { type: "error"; id: number; name: string; message: string; code?: string | undefined };

/** One value as a line. */
export const encodeLine = (value: ChildRequest | ChildAnswer): string => `${JSON.stringify(value)}\n`;

/**
 * A reader for a stream's chunks that hands on whole lines.
 * @throws RangeError out of the returned function when a line grows past `maxLineBytes`
 */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]);
      parts = [];
      held = 0;
      rest = rest.subarray(end + 1);
      if (line.length > maxLineBytes) throw new RangeError("line too long");
      onLine(line.toString("utf8"));
    }
    held += rest.length;
    if (held > maxLineBytes) throw new RangeError("line too long");
    if (rest.length > 0) parts.push(rest);
  };
}
