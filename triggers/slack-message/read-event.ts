// Reads an event of the Events API: which messages are a person's words, said for the first time. docs/slack.md lists every
// event and subtype that Slack documents.
import * as z from "zod";
import { saidText } from "./said-text.ts";
import { malformed, nothing, problemsOf, type SlackRequest, slackbot } from "./slack-request.ts";

const id = z.string().min(1).max(128);

/**
 * Subtypes under which people say words: with a file, to the channel from a thread, or about themselves (`/me`). All
 * others are Slack's own words, or tell what became of a message: an edited message was counted as it was first said.
 */
const spoken: ReadonlySet<string | undefined> = new Set([
  undefined,
  "file_share",
  "thread_broadcast",
  "me_message",
]);

/** The fields by which an event is chosen. Other events have objects where messages have ids, so nothing else is read. */
const choiceSchema = z.object({
  event: z.object({ type: z.string(), subtype: z.string().nullish() }),
});

const messageSchema = z.object({
  team_id: id.nullish(),
  /** In a channel that several workspaces share, the workspace whose app gets the event. */
  context_team_id: id.nullish(),
  /** An app that is installed for a whole organization may get no workspace. */
  enterprise_id: id.nullish(),
  event: z.object({
    bot_id: z.string().nullish(),
    channel: id,
    /** Unlike the event's id, `ts` is the same in every delivery of a message, to every workspace. */
    ts: id,
    user: z.string().max(128).nullish(),
    text: z.string().nullish(),
    blocks: z.unknown().optional(),
  }),
});

/** Reads an event with its envelope. */
export function requestOfEvent(json: unknown): SlackRequest {
  const choice = choiceSchema.safeParse(json);
  if (!choice.success) return malformed(problemsOf(choice.error));
  const { type, subtype } = choice.data.event;
  if (type !== "message" || !spoken.has(subtype ?? undefined)) return nothing;
  const parsed = messageSchema.safeParse(json);
  if (!parsed.success) return malformed(problemsOf(parsed.error));
  const { event, team_id, context_team_id, enterprise_id } = parsed.data;
  const { bot_id, channel, ts: message, user, text, blocks } = event;
  if (bot_id || user === slackbot) return nothing;
  const team = team_id ?? context_team_id ?? enterprise_id;
  if (team === undefined || team === null) return malformed("team_id: is missing");
  const said = { team, channel, message, text: saidText({ text: text ?? undefined, blocks }) };
  return { is: "said", said, by: { id: user ?? "" }, answers: "message" };
}
