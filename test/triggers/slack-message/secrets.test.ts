// The reader of Slack's secrets, with a parameter store that answers as the test says: what is kept, and for how long.
import type { SSMClient } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { secretReader } from "../../../triggers/slack-message/secrets.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";

const { parameters } = resourceNames("test");

function setup(values: Record<string, string> = {}) {
  const state = { nowMs: 0, values, fails: false };
  const asked: { Names?: string[]; WithDecryption?: boolean }[] = [];
  const send = async ({ input }: { input: { Names?: string[]; WithDecryption?: boolean } }) => {
    asked.push(input);
    if (state.fails) throw new Error("no answer");
    const Parameters = (input.Names ?? [])
      .filter((Name) => state.values[Name] !== undefined)
      .map((Name) => ({
        Name,
        Value: input.WithDecryption ? state.values[Name] : "AQICAHh-still-encrypted",
      }));
    return { Parameters };
  };
  const read = secretReader({ send } as unknown as SSMClient, { parameters }, () => state.nowMs);
  return { state, asked, read };
}

const both = {
  [parameters.slackSigningSecrets]: " old\nnew left-over ",
  [parameters.slackWebhookTokens]: "token",
};

test("both parameters are read decrypted in one call: the old secret and the new one, and no third", async () => {
  const { read, asked } = setup(both);
  expect(await read()).toEqual({ signingSecrets: ["old", "new"], webhookTokens: ["token"] });
  expect(asked).toEqual([
    { Names: [parameters.slackSigningSecrets, parameters.slackWebhookTokens], WithDecryption: true },
  ]);
});

test("a parameter that does not exist, or is blank, is no secret at all", async () => {
  const { read } = setup({ [parameters.slackWebhookTokens]: " \n" });
  expect(await read()).toEqual({ signingSecrets: [], webhookTokens: [] });
});

test("secrets are kept for a minute, also for requests that come while they are read, and then read again", async () => {
  const { read, asked, state } = setup(both);
  await Promise.all([read(), read()]);
  state.nowMs = 59_999;
  await read();
  expect(asked).toHaveLength(1);
  state.values = { ...both, [parameters.slackSigningSecrets]: "newest" };
  state.nowMs = 60_000;
  expect((await read()).signingSecrets).toEqual(["newest"]);
  expect(asked).toHaveLength(2);
});

test("a failure is not kept: the next request tries again", async () => {
  const { read, state } = setup(both);
  state.fails = true;
  await expect(read()).rejects.toThrow("no answer");
  state.fails = false;
  expect((await read()).webhookTokens).toEqual(["token"]);
});
