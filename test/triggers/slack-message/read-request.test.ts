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

const ofEvent = (event: Record<string, unknown>, more = {}) =>
  requestOfJson(Buffer.from(eventJson("hello", event, more)));
const richText = (...elements: unknown[]) => [{ type: "rich_text", elements }];
const section = (...elements: unknown[]) => ({ type: "rich_text_section", elements });

test("a message has the words of its rich text where it has no other, with links and mentions as in text", () => {
  const blocks = richText(
    section(
      { type: "text", text: "a < b " },
      { type: "user", user_id: "U1" },
      { type: "text", text: " " },
      { type: "link", url: "https://example.org", text: "here" },
    ),
    {
      type: "rich_text_list",
      elements: [section({ type: "emoji", name: "wave" }), section({ type: "broadcast", range: "here" })],
    },
  );
  const text = "a < b <@U1> <https://example.org|here>\n:wave:\n<!here>";
  expect(ofEvent({ text: "", blocks })).toMatchObject({ is: "said", said: { text } });
  expect(ofEvent({ text: undefined, blocks })).toMatchObject({ said: { text } });
  expect(ofEvent({ text: "said &lt; before", blocks })).toMatchObject({ said: { text: "said < before" } });
});

test("files alone, blocks of apps and blocks of no sense have no words", () => {
  for (const blocks of [
    undefined,
    null,
    "x",
    [null],
    [{ type: "section", text: { text: "x" } }],
    richText(1, {}),
    richText(section({ type: "constructor", text: "x" }, { type: "toString" })),
  ])
    expect(ofEvent({ text: "", files: [{ id: "F1" }], blocks })).toMatchObject({
      is: "said",
      said: { text: "" },
    });
  const deep = Array.from({ length: 50 }).reduce<unknown>((inner) => section(inner), {
    type: "text",
    text: "x",
  });
  expect(ofEvent({ text: "", blocks: richText(deep) })).toMatchObject({ said: { text: "" } });
});

test("an event without a workspace has the shared channel's or the organization's", () => {
  expect(ofEvent({}, { team_id: undefined, context_team_id: "T9" })).toMatchObject({ said: { team: "T9" } });
  expect(ofEvent({}, { team_id: null, enterprise_id: "E1" })).toMatchObject({ said: { team: "E1" } });
  expect(ofEvent({}, { team_id: undefined })).toEqual({ is: "malformed", problem: "team_id: is missing" });
});

test("a message without a channel or a ts is malformed", () => {
  for (const missing of ["channel", "ts"])
    expect(ofEvent({ [missing]: undefined })).toMatchObject({ is: "malformed" });
});
