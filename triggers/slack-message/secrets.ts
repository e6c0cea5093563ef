// Looks up Slack's secrets by name and keeps them for a minute. They never appear in a template, an environment or a log,
// and a changed secret takes effect within that minute.
import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { recently } from "../shared/recently.ts";

/** The secrets for checking requests. Each list has one secret, or two during a rotation. */
export type SlackSecrets = { signingSecrets: readonly string[]; webhookTokens: readonly string[] };

const keepMs = 60_000;

/** The old and the new secret. A third one would be a leftover. */
const maxSecrets = 2;

/** Makes the reader. It rejects when the parameters cannot be read. A parameter that does not exist is an empty list. */
export function secretReader(
  ssm: Pick<SSMClient, "send">,
  { parameters }: Pick<ResourceNames, "parameters">,
  now: () => number,
): () => Promise<SlackSecrets> {
  const read = async (): Promise<SlackSecrets> => {
    const { slackSigningSecrets, slackWebhookTokens } = parameters;
    const Names = [slackSigningSecrets, slackWebhookTokens];
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
    const listIn = (name: string) =>
      (Parameters.find(({ Name }) => Name === name)?.Value ?? "")
        .split(/\s+/)
        .filter((secret) => secret !== "")
        .slice(0, maxSecrets);
    return { signingSecrets: listIn(slackSigningSecrets), webhookTokens: listIn(slackWebhookTokens) };
  };
  return recently(keepMs, now, read);
}
