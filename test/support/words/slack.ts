// Requests as Slack sends them: webhooks with a token, signed commands and events.
import { createHmac } from "node:crypto";

/** The secrets of the tests. */
export const slackSecrets = {
  signingSecrets: ["8f742231b10e8888abcd99yyyzzz85a5", "the-new-one-while-it-is-changed"],
  webhookTokens: ["XXXXXXXXXXXXXXXXXX", "the-new-token"],
};

/** A form in Slack's encoding. */
export function form(fields: Record<string, string> | [string, string][]): string {
  return new URLSearchParams(fields).toString();
}

/** The body that an outgoing webhook posts. */
export function webhookForm(text: string, more: Record<string, string> = {}): string {
  return form({
    token: slackSecrets.webhookTokens[0] ?? "",
    team_id: "T0001",
    team_domain: "example",
    channel_id: "C2147483705",
    channel_name: "test",
    timestamp: "1355517523.000005",
    user_id: "U2147483697",
    user_name: "Steve",
    text,
    trigger_word: text.split(" ")[0] ?? "",
    ...more,
  });
}

/** The body that a slash command posts. */
export function commandForm(text: string, more: Record<string, string> = {}): string {
  return form({
    token: "deprecated",
    team_id: "T0001",
    channel_id: "C2147483705",
    user_id: "U2147483697",
    user_name: "Steve",
    command: "/count",
    text,
    response_url: "https://hooks.slack.com/commands/1234/5678",
    trigger_id: "13345224609.738474920.8088930838d88f008e0",
    api_app_id: "A123456",
    ...more,
  });
}

/** The event that an app gets for a message. */
export function eventJson(text: string, event: Record<string, unknown> = {}, more = {}): string {
  return JSON.stringify({
    token: "deprecated",
    team_id: "T0001",
    type: "event_callback",
    event_id: "Ev0000001",
    event: {
      type: "message",
      channel: "C2147483705",
      user: "U2147483697",
      text,
      ts: "1355517523.000005",
      ...event,
    },
    ...more,
  });
}

/** The headers of a signed request, according to Slack's documentation. */
export function signed(
  body: string | Buffer,
  atMs: number,
  secret = slackSecrets.signingSecrets[0] ?? "",
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const hmac = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  return {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hmac}`,
  };
}
