// Odd requests to the Slack trigger, in this process: nothing unsigned or changed may be published, and no answer may be a
// server error.
import {
  commandForm,
  eventJson,
  signed,
  slackSecrets,
  webhookForm,
} from "../../../test/support/words/slack.ts";
import { slackApp, slackPath } from "../../../triggers/slack-message/app.ts";
import { isOurToken, isSigned } from "../../../triggers/slack-message/signature.ts";
import { mutateBytes } from "./mutate/bytes.ts";
import { mutateJson } from "./mutate/json.ts";
import type { Choices } from "./random.ts";
import type { RunOutcome } from "./suite.ts";

/** A request; its body is in base64. `honest` ones are exactly as Slack sends them. */
export type SlackInput = {
  is: "slack";
  honest: boolean;
  headers: Record<string, string>;
  body: string;
};

const nowMs = 1_355_517_524_000;

const texts = [
  "so much depends",
  "constructor __proto__",
  "a\u3000b\u2028c",
  "😀".repeat(300),
  "w ".repeat(3000),
  "",
  "<@U1> &amp;",
  "\0",
] as const;

/** Makes a request: signed or with a token, then perhaps changed in transit. */
export function slackInput(choices: Choices): SlackInput {
  const text = choices.of(texts);
  const kind = choices.below(3);
  const event = JSON.parse(eventJson(text)) as unknown;
  const json = JSON.stringify(choices.chance(0.5) ? mutateJson(event, choices) : event);
  const plain = [webhookForm(text), commandForm(text), json][kind] ?? "";
  const body = Buffer.from(plain);
  const at = nowMs + choices.of([0, 0, 0, -299_000, -301_000, 301_000]);
  const type = kind === 2 ? "application/json" : "application/x-www-form-urlencoded";
  const headers: Record<string, string> = {
    ...(kind > 0 && signed(body, at, choices.of([...slackSecrets.signingSecrets, "somebody else's"]))),
    "content-type": type,
  };
  const honest = choices.chance(0.5);
  if (honest) return { is: "slack", honest, headers, body: body.toString("base64") };
  const name = choices.of([
    "x-slack-signature",
    "x-slack-request-timestamp",
    "content-type",
    "content-length",
  ]);
  if (choices.chance(0.3)) delete headers[name];
  else if (choices.chance(0.5))
    headers[name] = choices.of(["", "0", "v0=", "v0=zz", "NaN", "1e9", "-1", "9".repeat(400), "text/plain"]);
  const other = choices.chance(0.6) ? mutateBytes(body, choices) : body;
  return { is: "slack", honest, headers, body: other.toString("base64") };
}

/** Posts the request. Whether it may be published is judged by its bytes and headers alone. */
export async function slackRun({ headers, body: encoded }: SlackInput): Promise<RunOutcome> {
  const body = Buffer.from(encoded, "base64");
  let published = 0;
  const app = slackApp({
    secrets: async () => slackSecrets,
    publish: async () => {
      published += 1;
    },
    counts: async () => new Map(),
    now: () => nowMs,
    log: () => {},
  });
  const response = await app.request(slackPath, { method: "POST", body, headers });
  const trusted = mayEnter(headers, body);
  const wrong = (what: string): RunOutcome => ({
    name: "wrong",
    finding: { grave: true, what: `slack-message: ${what}` },
  });
  if (response.status >= 500) return wrong(`answered ${response.status}`);
  if (published > 1) return wrong(`published ${published} times`);
  if (!trusted && published > 0) return wrong("published an unverified request");
  if (!trusted && response.status < 400) return wrong(`answered ${response.status} to an unverified request`);
  return { name: `slack ${response.status}${published > 0 ? ", published" : ""}` };
}

function mayEnter(headers: Record<string, string>, body: Buffer): boolean {
  const timestamp = headers["x-slack-request-timestamp"];
  const signature = headers["x-slack-signature"];
  if (timestamp !== undefined || signature !== undefined)
    return isSigned({ body, timestamp, signature }, slackSecrets.signingSecrets, nowMs);
  return isOurToken(new URLSearchParams(body.toString()).get("token") ?? "", slackSecrets.webhookTokens);
}
