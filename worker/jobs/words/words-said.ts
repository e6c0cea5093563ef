// The event: somebody said something in a channel. Published once by the trigger; who counts subscribes.
import * as z from "zod";
import { defineEvent } from "../../engine/job/define-event.ts";
import { responseUrlOf } from "./response-url.ts";

/** Characters of an id; Slack's are far shorter. */
const id = z.string().min(1).max(128);

/** Bytes of a text in UTF-8; with everything beside it a message stays under SNS's 256 KiB unless it is full of controls. */
export const maxTextBytes = 240 * 1024;

export const wordsSaidPayload = z.object({
  team: id,
  channel: id,
  /** Slack's `ts` of the message, which is the same in every delivery of it, or a slash command's `trigger_id`. */
  message: id,
  text: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= maxTextBytes, `takes at most ${maxTextBytes} bytes`),
  /** Where Slack takes the settled counts afterwards; slash commands have one. */
  responseUrl: z
    .string()
    .max(2048)
    .refine((url) => responseUrlOf(url) !== undefined, "takes an address at https://hooks.slack.com only")
    .optional(),
});

export type WordsSaid = z.infer<typeof wordsSaidPayload>;

export const wordsSaid = defineEvent<WordsSaid>({
  event: "words-said",
  topic: "words",
  payload: wordsSaidPayload,
  messageGroupId: ({ team, channel }) => `${team}/${channel}`,
  deduplicationId: ({ team, channel, message }) => JSON.stringify([team, channel, message]),
  attributes: ({ responseUrl }) => ({ answer: responseUrl === undefined ? "none" : "response-url" }),
});
