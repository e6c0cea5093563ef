// The payload in a job's row, for people: written with the note of a failure or with a refusal, never on the way of a job that
// succeeds at once. SQS shows a message to nobody but a receiver, so nothing else could tell what a failing job was given.

/** Longer payloads are not kept, only their size: a row's price grows with every kilobyte. */
const mostBytes = 2048;

/** What a row keeps of a payload. */
export type KeptPayload = { payload: string } | { payloadBytes: number } | Record<string, never>;

/** The payload as JSON, or its size in bytes; nothing for a message that had none. */
export function keptPayload(payload: unknown): KeptPayload {
  const text = JSON.stringify(payload);
  if (text === undefined) return {};
  const bytes = Buffer.byteLength(text);
  return bytes <= mostBytes ? { payload: text } : { payloadBytes: bytes };
}
