// What is said in Slack, through the running local system: HTTP API, topic, three queues, workers, counts.
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { referenceTable } from "../../scripts/lab/words-run/reference.ts";
import { manyWords, treacherousWords } from "../../scripts/lab/words-run/texts.ts";
import { localClients, localEnvironment } from "../../scripts/local/cloud/identity.ts";
import { submitLineSchema } from "../../scripts/submit/line.ts";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { logWords } from "../../worker/jobs/words/log-words/job.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { until } from "../support/until.ts";
import { commandForm, signed, webhookForm } from "../support/words/slack.ts";
import { countsOf } from "../support/words/words-cloud.ts";

let system: RunningLocal;
let clients: ReturnType<typeof localClients>;
let secrets: { signing: string; token: string; apiUrl: string };
const names = resourceNames("fifo-fleet");
const said: string[] = [];

beforeAll(async () => {
  system = await startLocal(["--min-workers", "2"]);
  clients = localClients(system.ready.aws);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const ssm = new SSMClient({
    endpoint: system.ready.aws,
    region: localEnvironment.AWS_REGION,
    credentials,
  });
  const { slackSigningSecrets, slackWebhookTokens, apiUrl } = names.parameters;
  const Names = [slackSigningSecrets, slackWebhookTokens, apiUrl];
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
  const textOf = (name: string) => Parameters.find(({ Name }) => Name === name)?.Value ?? "";
  secrets = {
    signing: textOf(slackSigningSecrets),
    token: textOf(slackWebhookTokens),
    apiUrl: textOf(apiUrl),
  };
  ssm.destroy();
}, 60_000);
afterAll(async () => {
  clients?.destroy();
  await system?.interrupt();
});

/** Posts, and again where it is asked to, as Slack does: on a busy machine a call of the trigger may not end in time. */
async function post(body: string, headers: Record<string, string> = {}) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${secrets.apiUrl}/slack/messages`, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });
    const answer = (await response.json()) as { text?: string };
    if (response.status !== 503 || tries === 10) return { status: response.status, answer, tries };
  }
}

const webhook = (text: string, timestamp: string) => {
  said.push(text);
  return post(webhookForm(text, { token: secrets.token, timestamp }));
};

/** All that was said is in the table, by both counters. */
const settled = () =>
  until("all counts to settle", async () => {
    const counts = await countsOf(clients.db, names.tables.words);
    return JSON.stringify(counts) === JSON.stringify(referenceTable(said, 11)) || undefined;
  });

/** Says a text until a reply came at once and with figures; `before` is how often it was said and settled until then. */
async function sayInTime(text: string, timestamp: string) {
  for (let before = 0; ; before += 1) {
    await settled();
    const { status, answer, tries } = await webhook(text, `${timestamp}${before}`);
    const inTime = tries === 1 && !answer.text?.includes("could not be read in time");
    if (inTime || before === 10) return { before, status, text: answer.text };
  }
}

test("the original's session: sent once it shows 1, sent again once all are done it shows 12", async () => {
  expect(secrets.apiUrl).toBe((system.ready as { api?: string }).api);
  const first = await sayInTime("hello big hello", "1.00000");
  const figures = `hello: ${22 * first.before + 2}\nbig: ${11 * first.before + 1}`;
  expect([first.status, first.text]).toEqual([200, `Steve said:\n${figures}`]);
  const second = await sayInTime("big", "2.00000");
  const big = 11 * (first.before + 1 + second.before) + 1;
  expect(second.text).toBe(`Steve said:\nbig: ${big}`);
  await settled();
  const again = await post(webhookForm("big", { token: secrets.token, timestamp: "2.000000" }));
  expect([again.status, await countsOf(clients.db, names.tables.words)]).toEqual([
    200,
    referenceTable(said, 11),
  ]);
}, 180_000);

test("a signed command with treacherous words, sent twice, is counted once and logged word by word", async () => {
  const text = `${treacherousWords.join("\u3000")}\u0085again\u2028again`;
  const body = commandForm(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"), {
    response_url: "https://elsewhere.example/",
  });
  const headers = signed(body, Date.now(), secrets.signing);
  said.push(text);
  expect((await post(body, headers)).status).toBe(200);
  expect((await post(body, headers)).status).toBe(200);
  await settled();
  const message = "13345224609.738474920.8088930838d88f008e0";
  const jobId = jobIdOf(logWords, { team: "T0001", channel: "C2147483705", message, text });
  await until("the words to be logged", async () => {
    const get = new GetCommand({ TableName: names.tables.jobs, Key: { jobId } });
    return (await clients.db.send(get)).Item?.status === "completed" || undefined;
  });
  expect(system.log()).toContain('"word":"__proto__","position":2,"msg":"word said"');
});

test("a request nobody signed is refused through the whole way", async () => {
  expect((await post(commandForm("x"))).status).toBe(401);
  expect((await fetch(`${secrets.apiUrl}/slack/elsewhere`, { method: "POST" })).status).toBe(404);
});

test("submit --text posts as Slack does, waits for all subscribers and tells the settled counts", async () => {
  const text = `Sent <by> submit & sent ${manyWords(300)} __proto__`;
  said.push(text);
  const run = await system.run("scripts/submit.ts", ["--text", text, "--wait", "--json"]);
  expect([run.code, run.stderr]).toEqual([0, expect.stringMatching(/submit: 1 input: 1 completed\n$/)]);
  const line = JSON.parse(run.stdout) as Record<string, unknown>;
  expect(submitLineSchema.safeParse(line).success).toBe(true);
  expect(line).toMatchObject({
    v: 1,
    kind: "text",
    outcome: "completed",
    jobId: expect.stringMatching(/^count-words\//),
  });
  const { counts } = line.result as { counts: Record<string, number> };
  expect(Object.keys(counts).slice(0, 5)).toEqual(["Sent", "<by>", "submit", "&", "sent"]);
  expect([counts.Sent, counts["<by>"], counts.word299, Object.hasOwn(counts, "__proto__")]).toEqual([
    11,
    11,
    11,
    true,
  ]);
  await settled();
}, 60_000);

test("no secret is in the system's log", () => {
  expect([secrets.signing.length, secrets.token.length]).toEqual([64, 64]);
  expect(system.log()).not.toContain(secrets.signing);
  expect(system.log()).not.toContain(secrets.token);
});
