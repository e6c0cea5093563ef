// The HTTP side of slack-message with a real topic, queue and tables: who is accepted, what is published and replied.
import { SNSClient } from "@aws-sdk/client-sns";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { longWord, manyWords } from "../../../scripts/lab/words-run/texts.ts";
import { createQueues } from "../../../scripts/provision/queues.ts";
import { createTopic, subscribeQueue } from "../../../scripts/provision/topics.ts";
import { eventSources } from "../../../triggers/catalog/event-sources.ts";
import {
  maxBodyBytes,
  type SlackAppOptions,
  slackApp,
  slackPath,
} from "../../../triggers/slack-message/app.ts";
import { countsIncluding } from "../../../triggers/slack-message/counts.ts";
import { createPublish } from "../../../worker/engine/enqueue/publish.ts";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { countWordsHandler } from "../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../worker/jobs/words/count-words/job.ts";
import { maxReplyCharacters } from "../../../worker/jobs/words/slack-text.ts";
import { clientSettings } from "../../support/cloud.ts";
import { noSandbox } from "../../support/no-sandbox.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { runJob } from "../../support/run-job.ts";
import {
  commandForm,
  eventJson,
  form,
  signed,
  slackSecrets,
  webhookForm,
} from "../../support/words/slack.ts";

let provisioned: Provisioned;
let names: ResourceNames;
let app: Hono;
let options: SlackAppOptions;
/** The queue of the current test. The tables are shared. */
let fleet = "";
let fleets = 0;
/** The time of every request in these tests. */
const nowMs = 1_355_517_524_000;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("slack");
});
afterAll(() => provisioned.close());
beforeEach(async () => {
  fleets += 1;
  fleet = `slack-${fleets}`;
  await createQueues(provisioned.sqs, fleet, countWords);
  const sns = new SNSClient(clientSettings(provisioned.cloud));
  const topicArn = await createTopic(sns, `${fleet}-words.fifo`, { kind: "fifo" });
  await subscribeQueue({ sns, sqs: provisioned.sqs }, fleet, "count-words", {
    ...countWords.subscription,
    topicArn,
  });
  options = {
    secrets: async () => slackSecrets,
    publish: createPublish({ sns, topicArn: () => topicArn, now: () => nowMs, newTraceId: () => "trace" }),
    counts: (...asked) => countsIncluding({ db: provisioned.db, names }, ...asked),
    now: () => nowMs,
    log: () => {},
    countsTimeoutMs: 20_000,
  };
  app = slackApp(options);
});

/** Messages published so far. */
const published = () => provisioned.cloud.sqs.metrics(queueName(fleet, "count-words")).visible;

async function post(
  body: string | Buffer | FormData,
  headers: Record<string, string> | Headers = {},
  to = app,
) {
  const plain = { "content-type": "application/x-www-form-urlencoded" };
  const given = headers instanceof Headers ? headers : { ...plain, ...headers };
  const response = await to.request(slackPath, { method: "POST", body, headers: given });
  const answer = (await response.text()) || "{}";
  return {
    status: response.status,
    answer: JSON.parse(answer) as { text?: string; [field: string]: unknown },
  };
}

const fieldsOf = (body: string) => Object.fromEntries(new URLSearchParams(body));

test("the route is the same as in the deployed HTTP API", () => {
  const routes = ["POST", "GET"].map((method) => ({ method, path: slackPath }));
  expect(eventSources["slack-message"].routes).toEqual(routes);
});

test("a webhook is published and answered: the user, every distinct word in order, this message included", async () => {
  await provisioned.db.send(
    new UpdateCommand({
      TableName: names.tables.words,
      Key: { word: "the" },
      UpdateExpression: "ADD #n :n",
      ExpressionAttributeNames: { "#n": "count" },
      ExpressionAttributeValues: { ":n": 11 },
    }),
  );
  const { status, answer } = await post(webhookForm("googlebot: the The the end"));
  expect([status, answer]).toEqual([200, { text: "Steve said:\ngooglebot:: 1\nthe: 13\nThe: 1\nend: 1" }]);
  expect(published()).toBe(1);
});

test("a command is answered in the channel, an event by a mention", async () => {
  const body = commandForm("hello");
  expect(await post(body, signed(body, nowMs))).toEqual({
    status: 200,
    answer: { response_type: "in_channel", text: "Steve said:\nhello: 1" },
  });
  const event = eventJson("hello");
  const headers = { ...signed(event, nowMs), "content-type": "application/json" };
  expect((await post(event, headers)).answer).toEqual({ text: "<@U2147483697> said:\nhello: 1" });
  expect(published()).toBe(2);
});

test("a message sent again, with another event id or in the other form, is the same message and counts once", async () => {
  const timestamp = "1355517523.000099";
  const first = await post(webhookForm("a b a", { timestamp }));
  const event = eventJson("a b a", { ts: timestamp }, { event_id: "Ev2" });
  await post(event, { ...signed(event, nowMs), "content-type": "application/json; charset=utf-8" });
  expect(published()).toBe(1);
  const { sqs: _, ...clients } = { ...provisioned, names, sandbox: noSandbox };
  const said = { team: "T0001", channel: "C2147483705", message: timestamp, text: "a b a" };
  await runJob(clients, countWords, countWordsHandler(), said);
  // The message has been counted in the meantime: the reply to a retry still includes it once.
  expect((await post(webhookForm("a b a", { timestamp }))).answer).toEqual(first.answer);
  expect(first.answer.text).toBe("Steve said:\na: 2\nb: 1");
});

test("a message of a channel that two workspaces share arrives from both and counts once", async () => {
  for (const team_id of ["T0001", "T0002"]) {
    const event = eventJson("shared", {}, { team_id, event_id: `Ev${team_id}`, is_ext_shared_channel: true });
    const { status } = await post(event, { ...signed(event, nowMs), "content-type": "application/json" });
    expect(status).toBe(200);
  }
  expect(published()).toBe(1);
  const jobs = ["T0001", "T0002"].map((team) =>
    jobIdOf(countWords, { team, channel: "C1", message: "1.2", text: "shared" }),
  );
  expect(new Set(jobs).size).toBe(1);
});

test("two people who say the same words at different times are both counted", async () => {
  await post(webhookForm("same"));
  await post(webhookForm("same", { timestamp: "1355517523.000006", user_name: "Ann" }));
  expect(published()).toBe(2);
});

describe("requests that are not from Slack get 401 and nothing is published", () => {
  const body = commandForm("hello");
  const good = signed(body, nowMs);
  const { "x-slack-signature": signature = "", "x-slack-request-timestamp": timestamp = "" } = good;
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  const twice = (name: string) => {
    const headers = new Headers(good);
    headers.append(name, good[name as keyof typeof good] ?? "");
    return headers;
  };
  test.each<[string, string, Record<string, string> | Headers]>([
    ["301 seconds old", body, signed(body, nowMs - 301_000)],
    ["301 seconds ahead", body, signed(body, nowMs + 301_000)],
    ["one byte of the body changed", body.replace("hello", "hellp"), good],
    [
      "one digit of the signature changed",
      body,
      { ...good, "x-slack-signature": `${signature.slice(0, -1)}${signature.endsWith("0") ? "1" : "0"}` },
    ],
    ["another timestamp", body, { ...good, "x-slack-request-timestamp": String(Number(timestamp) + 1) }],
    ["a signature too short", body, { ...good, "x-slack-signature": signature.slice(0, -1) }],
    ["a signature too long", body, { ...good, "x-slack-signature": `${signature}0` }],
    ["a signature in capitals", body, { ...good, "x-slack-signature": signature.toUpperCase() }],
    ["another version", body, { ...good, "x-slack-signature": signature.replace("v0", "v1") }],
    ["no signature", body, without("x-slack-signature")],
    ["no timestamp", body, without("x-slack-request-timestamp")],
    ["neither", body, { "content-type": "application/x-www-form-urlencoded" }],
    ["the signature twice", body, twice("x-slack-signature")],
    ["the timestamp twice", body, twice("x-slack-request-timestamp")],
    ["a timestamp that is no number", body, { ...good, "x-slack-request-timestamp": "1e9" }],
    ["signed by another secret", body, signed(body, nowMs, "another")],
    ["signed by the empty secret", body, signed(body, nowMs, "")],
    ["a webhook with another token", webhookForm("hello", { token: "guessed" }), {}],
    ["a webhook without a token", webhookForm("hello").replace("token=", "t="), {}],
    ["a webhook whose first token is wrong", `token=x&${webhookForm("hello")}`, {}],
    [
      "a command that comes with a webhook's token only",
      commandForm("hello", { token: slackSecrets.webhookTokens[0] ?? "" }),
      {},
    ],
    ["an event without a signature", eventJson("hello"), { "content-type": "application/json" }],
    ["a webhook that calls itself JSON", webhookForm("hello"), { "content-type": "application/json" }],
    [
      "a command without an address for answers, with a webhook's token",
      form({ ...fieldsOf(webhookForm("hello")), command: "/count" }),
      {},
    ],
    [
      "a webhook with an address for answers",
      form({ ...fieldsOf(webhookForm("hello")), response_url: "https://hooks.slack.com/commands/1/2" }),
      {},
    ],
  ])("%s", async (_, sent, headers) => {
    expect((await post(sent, headers)).status).toBe(401);
    expect(published()).toBe(0);
  });

  test("without secrets every request is refused; if they cannot be read, Slack must try again", async () => {
    const none = slackApp({ ...options, secrets: async () => ({ signingSecrets: [], webhookTokens: [] }) });
    expect((await post(body, good, none)).status).toBe(401);
    expect((await post(webhookForm("x", { token: "" }), {}, none)).status).toBe(401);
    const broken = slackApp({ ...options, secrets: () => Promise.reject(new Error("no answer")) });
    expect((await post(body, good, broken)).status).toBe(503);
    expect(published()).toBe(0);
  });
});

test("up to 300 seconds in either direction, and either of two secrets or tokens, are accepted", async () => {
  const body = commandForm("hello");
  for (const headers of [
    signed(body, nowMs - 300_000),
    signed(body, nowMs + 300_000),
    signed(body, nowMs, slackSecrets.signingSecrets[1]),
  ])
    expect((await post(body, headers)).status).toBe(200);
  const token = slackSecrets.webhookTokens[1] ?? "";
  expect((await post(webhookForm("hello", { token }))).status).toBe(200);
});

test("Slack's own checks and bots are answered and not counted", async () => {
  const challenge = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1a" });
  const json = { "content-type": "application/json" };
  expect((await post(challenge, { ...signed(challenge, nowMs), ...json })).answer).toEqual({
    challenge: "3eZbrw1a",
  });
  for (const event of [{ subtype: "message_changed" }, { bot_id: "B1" }, { type: "reaction_added" }]) {
    const body = eventJson("hello", event);
    expect(await post(body, { ...signed(body, nowMs), ...json })).toEqual({ status: 200, answer: {} });
  }
  const check = form({ ssl_check: "1", token: "x" });
  expect((await post(check, signed(check, nowMs))).answer).toEqual({});
  expect((await post(webhookForm("Steve said:", { user_id: "USLACKBOT" }))).answer).toEqual({});
  expect(published()).toBe(0);
});

test("repeated fields, odd encodings and missing fields: the first one counts, and nothing breaks", async () => {
  const body = `${commandForm("first")}&text=second&team_id=T2`;
  expect((await post(body, signed(body, nowMs))).answer.text).toBe("Steve said:\nfirst: 1");
  const odd = Buffer.concat([
    Buffer.from(commandForm("x", { text: "" }).replace("text=", "text=%ff%E4+%zz+")),
    Buffer.from([0xff]),
  ]);
  expect((await post(odd, signed(odd, nowMs))).answer.text).toBe("Steve said:\n\ufffd\ufffd: 1\n%zz: 1");
  for (const missing of ["team_id", "channel_id", "trigger_id"]) {
    const less = commandForm("x").replace(`${missing}=`, "was=");
    expect((await post(less, signed(less, nowMs))).status).toBe(400);
  }
  const notJson = "{";
  expect(
    (await post(notJson, { ...signed(notJson, nowMs), "content-type": "application/json" })).status,
  ).toBe(400);
  const silence = commandForm(" \u3000 ");
  expect((await post(silence, signed(silence, nowMs))).answer.text).toBe("Steve said no words.");
  expect(published()).toBe(1);
});

test("Slack's entities are read and written as Slack does, and nobody can inject markup", async () => {
  const { answer } = await post(webhookForm("&lt;3 R&amp;D <!channel> &amp;lt;", { user_name: "<!here>" }));
  expect(answer.text).toBe("&lt;!here&gt; said:\n&lt;3: 1\nR&amp;D: 1\n&lt;!channel&gt;: 1\n&amp;lt;: 1");
});

test("a reply stays within Slack's limit and notes what is left out; everything is counted", async () => {
  const { answer } = await post(webhookForm(manyWords(10_000)));
  expect(answer.text?.length).toBeLessThanOrEqual(maxReplyCharacters);
  const lines = answer.text?.split("\n") ?? [];
  expect(lines.slice(0, 3)).toEqual(["Steve said:", "word0: 1", "word1: 1"]);
  expect(lines.at(-1)).toBe(`… and ${10_000 - (lines.length - 2)} further words, counted as well`);
  const one = await post(webhookForm(longWord(45_000), { timestamp: "2.0" }));
  expect(one.answer.text).toBe("Steve said:\n… and 1 further word, counted as well");
  expect(published()).toBe(2);
});

test("a body or a text that is too large is refused with 413", async () => {
  expect((await post("x".repeat(maxBodyBytes + 1))).status).toBe(413);
  expect((await post(webhookForm("x".repeat(300_000)))).status).toBe(413);
  expect(published()).toBe(0);
});

test("when counts are not read in time, the reply has no counts but the message is published", async () => {
  const never = () => new Promise<never>(() => {});
  const logged: string[] = [];
  const log: typeof options.log = (level, message) => void logged.push(`${level}: ${message}`);
  const slow = slackApp({ ...options, counts: never, countsTimeoutMs: 1, log });
  const { answer } = await post(webhookForm("hello you"), {}, slow);
  expect(answer.text).toBe("Steve said:\nhello\nyou\n(counted; the counts could not be read in time)");
  expect(logged).toEqual(["warn: counts not read in time"]);
  expect(published()).toBe(1);
});

test("reading counts and two tries of publishing fit into the three seconds that Slack waits", async () => {
  const limits = vi.spyOn(AbortSignal, "timeout");
  onTestFinished(() => limits.mockRestore());
  const { countsTimeoutMs: _, ...deployed } = options;
  await post(webhookForm("hello"), {}, slackApp(deployed));
  expect(limits.mock.calls[0]?.[0]).toBeLessThanOrEqual(3000 - 2 * 800);
});

test("no counts are read for a message without words", async () => {
  const counts = () => Promise.reject(new Error("asked for nothing"));
  const logged: string[] = [];
  const log: typeof options.log = (_, message) => void logged.push(message);
  const { answer } = await post(webhookForm(" "), {}, slackApp({ ...options, counts, log }));
  expect([answer.text, logged]).toEqual(["Steve said no words.", []]);
});

test("a failed publication is answered with 503, so that Slack sends the message again", async () => {
  const broken = slackApp({ ...options, publish: () => Promise.reject(new Error("no topic")) });
  expect((await post(webhookForm("hello"), {}, broken)).status).toBe(503);
});
