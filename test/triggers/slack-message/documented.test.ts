// docs/slack.md is true: every request, event and subtype that it names goes through the trigger, and is counted or not as it
// says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { slackApp, slackPath } from "../../../triggers/slack-message/app.ts";
import type { WordsSaid } from "../../../worker/jobs/words/words-said.ts";
import {
  commandForm,
  eventJson,
  form,
  signed,
  slackSecrets,
  webhookForm,
} from "../../support/words/slack.ts";

const docs = readFileSync(join(import.meta.dirname, "../../../docs/slack.md"), "utf8");
/** A section of the page by its heading. */
const section = (heading: string) => docs.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
const namesIn = (text: string) => [...text.matchAll(/`([a-z_]+)`/g)].map(([, name = ""]) => name);
/** The cells of a section's table, row by row. */
const rowsOf = (heading: string) =>
  section(heading)
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (request|subtype|about) \|/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const nowMs = 1_355_517_524_000;
let published: WordsSaid[] = [];
let logged: string[] = [];
beforeEach(() => {
  [published, logged] = [[], []];
});

const app = slackApp({
  secrets: async () => slackSecrets,
  publish: async (_, said) => void published.push(said as WordsSaid),
  counts: async () => new Map(),
  now: () => nowMs,
  log: (level, message) => void logged.push(`${level}: ${message}`),
});

function post(body: string, type: "json" | "x-www-form-urlencoded", headers = signed(body, nowMs)) {
  const all = { ...headers, "content-type": `application/${type}` };
  return app.request(slackPath, { method: "POST", body, headers: all });
}

/** An event as Slack shapes those about people and channels: objects where messages have ids. */
const otherEvent = (type: string) =>
  eventJson("hello", { type, user: { id: "U1", profile: {} }, channel: { id: "C1", name: "x" }, item: {} });

describe("events", () => {
  const named = rowsOf("Events").flatMap(([, names = ""]) => namesIn(names));

  test("the page names each of Slack's events once", () => {
    expect(named.length).toBeGreaterThan(120);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toEqual(
      expect.arrayContaining(["app_mention", "tokens_revoked", "team_join", "user_change"]),
    );
  });

  test.each(named)("%s is answered and counts nothing, in whatever shape it comes", async (type) => {
    for (const body of [otherEvent(type), eventJson("hello", { type })])
      expect((await post(body, "json")).status).toBe(200);
    expect(published).toEqual([]);
  });
});

describe("messages", () => {
  const rows = rowsOf("Messages").flatMap(([names = "", counted = ""]) =>
    names === "none" ? [["none", counted]] : namesIn(names).map((name) => [name, counted]),
  );

  test("the page names each of Slack's subtypes once", () => {
    expect(rows.length).toBeGreaterThan(45);
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  });

  test.each(rows)("%s: counted? %s", async (subtype, counted) => {
    const event = subtype === "none" ? {} : { subtype };
    expect((await post(eventJson("hello", event), "json")).status).toBe(200);
    expect(published.map(({ text }) => text)).toEqual(counted === "yes" ? ["hello"] : []);
  });

  test.each(rows)("%s of a bot or of Slack itself counts nothing", async (subtype) => {
    for (const by of [{ bot_id: "B1" }, { user: "USLACKBOT" }]) {
      const event = { ...by, ...(subtype !== "none" && { subtype }) };
      expect((await post(eventJson("hello", event), "json")).status).toBe(200);
    }
    expect(published).toEqual([]);
  });

  test("an edit in Slack's own shape counts nothing, with a new text or, as for previews of links, the same", async () => {
    for (const text of ["hello", "hello again"]) {
      const message = { type: "message", user: "U1", text, ts: "1355517523.000005", edited: { user: "U1" } };
      const previous = { ...message, text: "hello" };
      const event = { subtype: "message_changed", hidden: true, message, previous_message: previous };
      const body = eventJson("", { ...event, text: undefined, user: undefined });
      expect((await post(body, "json")).status).toBe(200);
    }
    expect(published).toEqual([]);
  });
});

describe("requests", () => {
  const interactions = namesIn(section("Requests").split("Interactions come")[1] ?? "").filter(
    (name) => name !== "payload",
  );

  test.each(interactions)(
    "the interaction %s is answered with an empty body and counts nothing",
    async (type) => {
      const payload = JSON.stringify({
        type,
        team: { id: "T1" },
        user: { id: "U1" },
        message: { text: "hello" },
      });
      const response = await post(form({ payload }), "x-www-form-urlencoded");
      expect([response.status, await response.text()]).toEqual([200, ""]);
      expect(published).toEqual([]);
    },
  );

  test("an unsigned interaction is nobody's", async () => {
    const payload = form({ payload: JSON.stringify({ type: "shortcut" }) });
    expect((await post(payload, "x-www-form-urlencoded", {})).status).toBe(401);
  });

  test("a check of the certificate is answered by GET and POST, and lets nothing in", async () => {
    expect((await app.request(`${slackPath}?ssl_check=1`)).status).toBe(200);
    expect((await app.request(slackPath)).status).toBe(404);
    const check = form({ ssl_check: "1", token: "any" });
    expect((await post(check, "x-www-form-urlencoded", {})).status).toBe(200);
    const words = webhookForm("hello", { ssl_check: "1", token: "guessed" });
    expect((await post(words, "x-www-form-urlencoded", {})).status).toBe(401);
    expect(published).toEqual([]);
  });

  test("a challenge is given back; without one the request is malformed and Slack need not send it again", async () => {
    const challenge = await post(JSON.stringify({ type: "url_verification", challenge: "3eZ" }), "json");
    expect(await challenge.json()).toEqual({ challenge: "3eZ" });
    const bare = await post(JSON.stringify({ type: "url_verification" }), "json");
    expect([bare.status, bare.headers.get("x-slack-no-retry")]).toEqual([400, "1"]);
  });

  test("the operator is told that Slack holds events back", async () => {
    const limited = {
      type: "app_rate_limited",
      team_id: "T1",
      minute_rate_limited: 1518467820,
      api_app_id: "A1",
    };
    expect((await post(JSON.stringify(limited), "json")).status).toBe(200);
    expect(logged).toEqual(["warn: slack holds events back"]);
  });

  test("what Slack may post one day is answered and counts nothing", async () => {
    expect((await post(JSON.stringify({ type: "event_of_next_year" }), "json")).status).toBe(200);
    expect((await post(eventJson("hello", { type: "next_year" }), "json")).status).toBe(200);
    expect((await post(eventJson("hello", { subtype: "next_year" }), "json")).status).toBe(200);
    expect(published).toEqual([]);
  });

  test("a retry says so in its header, and is the same message", async () => {
    const body = eventJson("hello");
    const retry = {
      ...signed(body, nowMs),
      "x-slack-retry-num": "1",
      "x-slack-retry-reason": "http_timeout",
    };
    await post(body, "json");
    expect((await post(body, "json", retry)).status).toBe(200);
    const command = commandForm("hello");
    expect((await post(command, "x-www-form-urlencoded")).status).toBe(200);
    expect(published.map(({ message }) => message)).toEqual([
      "1355517523.000005",
      "1355517523.000005",
      "13345224609.738474920.8088930838d88f008e0",
    ]);
  });
});
