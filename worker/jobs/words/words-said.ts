// The event: somebody said something in a channel. The trigger publishes it once; the jobs that count subscribe to it.
import * as z from "zod";
import { defineEvent } from "../../engine/job/define-event.ts";
import { responseUrlOf } from "./response-url.ts";

/** An id. Slack's ids are far shorter than this limit. */
const id = z.string().min(1).max(128);

/**
 * The longest text, in bytes of UTF-8. With the other fields a message stays below SNS's limit of 256 KiB, unless the text
 * is full of control characters.
 */
export const maxTextBytes = 240 * 1024;

export const wordsSaidPayload = z.object({
  /** The workspace that the message arrived from. */
  team: id,
  channel: id,
  /** Slack's `ts` of the message, which is the same in every delivery, or the `trigger_id` of a slash command. */
  message: id,
  text: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= maxTextBytes, `takes at most ${maxTextBytes} bytes`),
  /** The URL that takes the settled counts afterwards. Slash commands have one. */
  responseUrl: z
    .string()
    .max(2048)
    .refine((url) => responseUrlOf(url) !== undefined, "takes an address at https://hooks.slack.com only")
    .optional(),
});

export type WordsSaid = z.infer<typeof wordsSaidPayload>;

/**
 * The event. A channel that several workspaces share has one id in all of them, and each of its messages arrives from each
 * of them with the same `ts`, so the workspace identifies nothing.
 */
export const wordsSaid = defineEvent<WordsSaid>({
  event: "words-said",
  topic: "words",
  payload: wordsSaidPayload,
  messageGroupId: ({ channel }) => channel,
  deduplicationId: ({ channel, message }) => JSON.stringify([channel, message]),
  attributes: ({ responseUrl }) => ({ answer: responseUrl === undefined ? "none" : "response-url" }),
});
