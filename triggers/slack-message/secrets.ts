// Slack's secrets, looked up by name when they are needed and kept for a minute: they are in no template, no environment
// and no log, and one that is changed works within that minute.
import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ResourceNames } from "../../worker/fleet/resources.ts";

/** What requests are checked with; each is one, or two while it is being changed. */
export type SlackSecrets = { signingSecrets: readonly string[]; webhookTokens: readonly string[] };

const keepMs = 60_000;

/** Old and new: a third would be one that somebody forgot to remove. */
const most = 2;

/** Makes the reader. It rejects when the parameters cannot be read; one that does not exist is an empty list. */
export function secretReader(
  ssm: Pick<SSMClient, "send">,
  { parameters }: Pick<ResourceNames, "parameters">,
  now: () => number,
): () => Promise<SlackSecrets> {
  let kept: { at: number; secrets: Promise<SlackSecrets> } | undefined;
  const read = async (): Promise<SlackSecrets> => {
    const { slackSigningSecrets, slackWebhookTokens } = parameters;
    const Names = [slackSigningSecrets, slackWebhookTokens];
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
    const listIn = (name: string) =>
      (Parameters.find(({ Name }) => Name === name)?.Value ?? "")
        .split(/\s+/)
        .filter((secret) => secret !== "")
        .slice(0, most);
    return { signingSecrets: listIn(slackSigningSecrets), webhookTokens: listIn(slackWebhookTokens) };
  };
  return () => {
    if (kept !== undefined && now() - kept.at < keepMs) return kept.secrets;
    const mine = { at: now(), secrets: read() };
    kept = mine;
    mine.secrets.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.secrets;
  };
}
