// Reads Slack's kinds of request: an outgoing webhook, a slash command, an app's event, an interaction. Does not know who sent
// it. docs/slack.md lists everything that Slack documents and what becomes of it.
// If a form has several fields of one name, the first one counts.
import * as z from "zod";
import { responseUrlOf } from "../../worker/jobs/words/response-url.ts";
import { requestOfEvent } from "./read-event.ts";
import { unescapeEntities } from "./said-text.ts";
import { malformed, nothing, problemsOf, type SlackRequest, slackbot } from "./slack-request.ts";

/** Reads the fields of a form. */
export function readForm(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body));
}

/**
 * Whether fields are Slack's check of our certificate and nothing more. It need not be signed ("Implementing slash
 * commands"), and it says nothing.
 */
export const isSslCheck = (fields: URLSearchParams): boolean =>
  fields.get("ssl_check") === "1" && !fields.has("text") && !fields.has("command");

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

/** Reads a webhook, a command or an interaction. A command has the field `command`, an interaction only `payload`. */
export function requestOfForm(form: URLSearchParams): SlackRequest {
  if (form.get("ssl_check") === "1") return nothing;
  // Buttons, menus, dialogs and shortcuts ("Handling user interaction"). Nothing of ours offers any.
  if (form.has("payload") && !form.has("text")) return nothing;
  // Messages of Slack and of bots, such as our own replies, are neither counted nor answered.
  if (form.get("user_id") === slackbot || form.has("bot_id")) return nothing;
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

const challengeSchema = z.object({ challenge: field(1024) });
const rateLimitedSchema = z.object({ team_id: z.string().max(128).default("") });

/** What is around everything that Slack posts as JSON. */
const envelopeSchema = z.object({ type: z.string() });

/** Reads what Slack posts as JSON: an event, or its check of the URL. What it may post one day is answered and ignored. */
export function requestOfJson(body: Uint8Array): SlackRequest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return malformed("body: is not JSON");
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return malformed(problemsOf(envelope.error));
  switch (envelope.data.type) {
    case "event_callback":
      return requestOfEvent(json);
    case "url_verification": {
      const { data, error } = challengeSchema.safeParse(json);
      return data ? { is: "challenge", challenge: data.challenge } : malformed(problemsOf(error));
    }
    case "app_rate_limited":
      return { is: "rate-limited", team: rateLimitedSchema.safeParse(json).data?.team_id ?? "" };
    default:
      return nothing;
  }
}
