// Slack's settings on a laptop: new secrets for every start, stored where the deployed triggers look them up.
import { randomBytes } from "node:crypto";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { Parameter } from "../ssm/service.ts";

/** Parameters by name, with new secrets. The API's address is added once it is known. */
export function slackParameters({ parameters }: ResourceNames): Map<string, Parameter> {
  const secret = (): Parameter => ({ type: "SecureString", value: randomBytes(32).toString("hex") });
  return new Map([
    [parameters.slackSigningSecrets, secret()],
    [parameters.slackWebhookTokens, secret()],
  ]);
}
