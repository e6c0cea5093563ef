// Slack's settings on a laptop: secrets of this start only, kept where the deployed ones are looked up, told nowhere else.
import { randomBytes } from "node:crypto";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { Parameter } from "../ssm/service.ts";

/** Parameters by name: fresh secrets; the API's address is added once it is known. */
export function slackParameters({ parameters }: ResourceNames): Map<string, Parameter> {
  const secret = (): Parameter => ({ type: "SecureString", value: randomBytes(32).toString("hex") });
  return new Map([
    [parameters.slackSigningSecrets, secret()],
    [parameters.slackWebhookTokens, secret()],
  ]);
}
