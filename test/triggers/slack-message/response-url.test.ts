// The URLs that settled counts may be sent to: Slack's own hooks and nothing else.
import { expect, test } from "vitest";
import { requestOfForm } from "../../../triggers/slack-message/read-request.ts";
import { responseUrlOf } from "../../../worker/jobs/words/response-url.ts";
import { commandForm, webhookForm } from "../../support/words/slack.ts";

test.each([
  "http://hooks.slack.com/commands/1",
  "https://hooks.slack.com.evil.example/",
  "https://hooks.slack.com@evil.example/",
  "https://user:pass@hooks.slack.com/",
  "https://hooks.slack.com:8443/",
  "https://evil.example/https://hooks.slack.com/",
  "https://hooks.slack.com\u3002evil.example/",
  "//hooks.slack.com/",
  "file:///etc/passwd",
  "",
])("%j is not Slack's", (url) => {
  expect(responseUrlOf(url)).toBeUndefined();
});

test("Slack's own URL is taken from a command, and from nothing else", () => {
  const url = "https://hooks.slack.com/commands/1234/5678";
  expect(responseUrlOf(url)).toBe(url);
  expect(requestOfForm(new URLSearchParams(commandForm("x")))).toMatchObject({ said: { responseUrl: url } });
  const webhook = requestOfForm(new URLSearchParams(webhookForm("x", { response_url: url })));
  expect(webhook).toMatchObject({ is: "said", said: expect.not.objectContaining({ responseUrl: url }) });
});
