// What a request of Slack comes to, whichever of its kinds it is.
import type * as z from "zod";
import type { Speaker } from "../../worker/jobs/words/slack-text.ts";
import type { WordsSaid } from "../../worker/jobs/words/words-said.ts";

/** A request of Slack, classified. */
export type SlackRequest =
  | { is: "said"; said: WordsSaid; by: Speaker; answers: "message" | "command" }
  | { is: "challenge"; challenge: string }
  /** Nothing to do: Slack's own check, an interaction, a bot's message, an edited message. */
  | { is: "nothing" }
  /** Slack sends fewer events of this workspace than there are, so words will be missing. */
  | { is: "rate-limited"; team: string }
  | { is: "malformed"; problem: string };

export const nothing: SlackRequest = { is: "nothing" };

export const malformed = (problem: string): SlackRequest => ({ is: "malformed", problem });

/** What a schema found wrong, with the path of each field. */
export function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

/** The user under whose name Slack itself writes. */
export const slackbot = "USLACKBOT";
