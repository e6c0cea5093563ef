// Reading Slack's requests alone: which of several fields counts.
import { expect, test } from "vitest";
import { readForm, requestOfForm, requestOfJson } from "../../../triggers/slack-message/read-request.ts";
import { eventJson, webhookForm } from "../../support/words/slack.ts";

const ofForm = (more: Record<string, string>) =>
  requestOfForm(readForm(Buffer.from(webhookForm("hello", more))));

test("a form with a timestamp and a trigger id is the message of the timestamp, which every delivery of it has", () => {
  expect(ofForm({ trigger_id: "13345224609.738474920" })).toMatchObject({
    is: "said",
    said: { message: "1355517523.000005" },
  });
});

test("a person without a name is mentioned by id", () => {
  expect(ofForm({ user_name: "" })).toMatchObject({ by: { id: "U2147483697" } });
  expect(ofForm({ user_name: "Ann" })).toMatchObject({ by: { name: "Ann" } });
});

test("half of a character in an event becomes a replacement character, as a queue takes no other", () => {
  const body = Buffer.from(eventJson("half ?").replace("?", "\\ud83d"));
  expect(requestOfJson(body)).toMatchObject({ said: { text: "half \ufffd" } });
});

test("a form's first bytes are part of its first field, as they are part of what was signed", () => {
  const fields = readForm(Buffer.from("\ufefftoken=x&text=hello"));
  expect([fields.has("token"), fields.get("text")]).toEqual([false, "hello"]);
});
