// Reads Slack's three kinds of request: an outgoing webhook, a slash command, an app's event. Does not know who sent it.
// If a form has several fields of one name, the first one counts.
import * as z from "zod";
import { responseUrlOf } from "../../worker/jobs/words/response-url.ts";
import type { Speaker } from "../../worker/jobs/words/slack-text.ts";
import type { WordsSaid } from "../../worker/jobs/words/words-said.ts";

/** A request of Slack, classified. */
export type SlackRequest =
  | { is: "said"; said: WordsSaid; by: Speaker; answers: "message" | "command" }
  | { is: "challenge"; challenge: string }
  /** Nothing to do: Slack's own check, a bot's message, an edited message. */
  | { is: "nothing" }
  | { is: "malformed"; problem: string };

const nothing: SlackRequest = { is: "nothing" };
const malformed = (problem: string): SlackRequest => ({ is: "malformed", problem });

/** Reads the fields of a form. */
export function readForm(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body));
}

const field = (limit: number) => z.string().min(1).max(limit);

const formSchema = z.object({
  team_id: field(128),
  channel_id: field(128),
  /** The `ts` of a webhook. A command has a `trigger_id` instead. */
  timestamp: field(128).optional(),
  trigger_id: field(128).optional(),
  user_id: z.string().max(128).optional(),
  user_name: z.string().max(256).optional(),
  text: z.string().default(""),
});

/** Reads a webhook or a command. A command has the field `command`. */
export function requestOfForm(form: URLSearchParams): SlackRequest {
  if (form.get("ssl_check") === "1") return nothing;
  // Messages of Slack and of bots, such as our own replies, are neither counted nor answered.
  if (form.get("user_id") === "USLACKBOT" || form.has("bot_id")) return nothing;
  const fields = Object.keys(formSchema.shape).flatMap((name) => {
    const value = form.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const parsed = formSchema.safeParse(Object.fromEntries(fields));
  if (!parsed.success) return malformed(problemsOf(parsed.error));
  const { team_id: team, channel_id: channel, timestamp, trigger_id, user_id, user_name, text } = parsed.data;
  const message = timestamp ?? trigger_id;
  if (message === undefined) return malformed("timestamp or trigger_id: is missing");
  const command = form.has("command");
  const responseUrl = command ? responseUrlOf(form.get("response_url")) : undefined;
  return {
    is: "said",
    said: { team, channel, message, text: unescapeEntities(text), ...(responseUrl && { responseUrl }) },
    by: user_name ? { name: user_name } : { id: user_id ?? "" },
    answers: command ? "command" : "message",
  };
}

const challengeSchema = z.object({ type: z.literal("url_verification"), challenge: field(1024) });

const eventSchema = z.object({
  type: z.literal("event_callback"),
  team_id: field(128),
  event: z.object({
    type: z.string(),
    subtype: z.string().optional(),
    bot_id: z.string().optional(),
    channel: field(128).optional(),
    /** Unlike the event's id, `ts` is the same in every delivery of a message. */
    ts: field(128).optional(),
    user: z.string().max(128).optional(),
    text: z.string().optional(),
  }),
});

/** Reads an app's event: a message in one of the app's channels, or Slack's check of the URL. */
export function requestOfJson(body: Uint8Array): SlackRequest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return malformed("body: is not JSON");
  }
  const challenge = challengeSchema.safeParse(json);
  if (challenge.success) return { is: "challenge", challenge: challenge.data.challenge };
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) return malformed(problemsOf(parsed.error));
  const { team_id: team, event } = parsed.data;
  const { type, subtype, bot_id, channel, ts: message, user = "", text = "" } = event;
  if (type !== "message" || subtype !== undefined || bot_id !== undefined) return nothing;
  if (channel === undefined || message === undefined) return malformed("event: has no channel or no ts");
  const said = { team, channel, message, text: unescapeEntities(text.toWellFormed()) };
  return { is: "said", said, by: { id: user }, answers: "message" };
}

/** Slack sends these three characters as entities ("Formatting text for app surfaces"). Words are counted as written. */
function unescapeEntities(text: string): string {
  const characters: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => characters[entity] ?? entity);
}

function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
