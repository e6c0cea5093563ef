// What worker and child say to each other: one JSON value a line over one pipe. The child's side is untrusted, so
// lines are bounded and every value is checked; Node's own IPC would parse unchecked and unbounded text for us.
import { z } from "zod";

/** Longest line either side may send. */
export const maxLineBytes = 1024 * 1024;

/** File descriptor of the pipe in the child. */
export const pipeDescriptor = 3;

export const requestSchema = z.object({ id: z.number().int(), task: z.string(), input: z.unknown() });

/** A task for the child. */
export type ChildRequest = z.infer<typeof requestSchema>;

export const answerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("value"), id: z.number().int(), value: z.unknown() }),
  z.strictObject({
    type: z.literal("error"),
    id: z.number().int(),
    name: z.string().max(200),
    message: z.string().max(4000),
    /** The system's word for it, such as EFBIG. */
    code: z.string().max(100).optional(),
  }),
]);

/** What a child says. */
export type ChildAnswer = z.infer<typeof answerSchema>;

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
