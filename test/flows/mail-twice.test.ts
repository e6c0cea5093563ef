// Mails that come twice, in any order, while workers die: one submission each, and at most one answer. `FLEET_TEST_MAILS`
// sets how many (2,000 take some minutes).

import { setTimeout as pause } from "node:timers/promises";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import nodemailer from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { type LocalClients, localClients } from "../../scripts/local/cloud/identity.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { attached, lines, multipart, textPart } from "../support/mails/mails.ts";
import { steadyBytes } from "../support/mails/odd-mails.ts";
import { isAlive, until } from "../support/until.ts";

const many = Number(process.env.FLEET_TEST_MAILS ?? 60);
const withinMs = 300_000 + many * 1000;
const desk = "submissions@magazine.example";
const authorOf = (n: number) => `author${n}@writers.example`;

/** Every fifth has an attachment, every seventh no Message-ID. */
function mailOf(n: number): string {
  const story = [
    textPart(`Story ${n}.`),
    ...(n % 5 === 0 ? [attached(steadyBytes(5000, n), "story.bin")] : []),
  ];
  const mail = multipart(story, { subject: `Story ${n}` })
    .replace("Ann Author <ann@example.org>", `Author ${n} <${authorOf(n)}>`)
    .replace("submissions@magazine.example", desk);
  return mail.replace(/^Message-ID: .*\r\n/m, n % 7 === 0 ? "" : lines(`Message-ID: <${n}@writers.example>`));
}

/** All of them twice, in an order that `seed` decides. */
function twiceInDisorder(seed: number): number[] {
  const random = steadyBytes(8 * many, seed);
  const keyed = Array.from(
    { length: 2 * many },
    (_, at) => [random.readUInt32BE(at * 4), at % many] as const,
  );
  return keyed.sort(([a], [b]) => a - b).map(([, n]) => n);
}

async function sendAll(smtp: string, order: readonly number[]): Promise<void> {
  const [host = "", port = ""] = smtp.split(":");
  const settings = { host, port: Number(port), ignoreTLS: true, pool: true as const, maxConnections: 4 };
  const transport = nodemailer.createTransport(settings);
  const queue = order.values();
  const feed = async () => {
    for (const n of queue)
      await transport.sendMail({ envelope: { from: authorOf(n), to: [desk] }, raw: mailOf(n) });
  };
  await Promise.all(Array.from({ length: 4 }, feed));
  transport.close();
}

/** A machine that is busy must still get work done between two kills. */
const kills = many > 500 ? { everyMs: 5000, most: 40 } : { everyMs: 2000, most: 4 };

/** Kills one of the workers again and again, until aborted; resolves to how many were killed. */
async function killWorkers(system: RunningLocal, signal: AbortSignal): Promise<number> {
  let killed = 0;
  while (!signal.aborted && killed < kills.most) {
    await pause(kills.everyMs);
    const workers = system.workers().filter(isAlive);
    const worker = workers[killed % 2];
    if (signal.aborted || workers.length < 2 || worker === undefined) continue;
    process.kill(worker, "SIGKILL");
    killed += 1;
  }
  return killed;
}

/** The running fleet as its tables and queues show it. */
function observe(clients: LocalClients, fleet: string) {
  const { tables } = resourceNames(fleet);
  const queues = findQueues(clients.sqs, fleet, ["parse-mail", "send-mail"]);
  const countIn = async (TableName: string, state: string) => {
    const { Count = 0 } = await clients.db.send(
      new QueryCommand({
        TableName,
        IndexName: "byState",
        Select: "COUNT",
        KeyConditionExpression: "#state = :state",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":state": state },
      }),
    );
    return Count;
  };
  const left = async (kind: "parse-mail" | "send-mail") => {
    const QueueUrl = (await queues).queue(kind);
    const AttributeNames = ["All" as const];
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
    );
    return (
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible)
    );
  };
  const all = async (TableName: string) => {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await clients.db.send(
        new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }),
      );
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return items;
  };
  return {
    parsed: async () => {
      await pause(250);
      return (await left("parse-mail")) === 0 && (await countIn(tables.submissions, "unread")) >= many;
    },
    answered: async () => {
      await pause(250);
      return (
        (await countIn(tables.outgoingMails, "planned")) === 0 &&
        (await countIn(tables.outgoingMails, "sending")) === 0 &&
        (await left("parse-mail")) === 0 &&
        (await left("send-mail")) === 0
      );
    },
    submissions: async () => (await all(tables.submissions)).filter(({ state }) => state !== undefined),
    outgoing: () => all(tables.outgoingMails),
  };
}

test(
  `${many} mails sent twice in disorder, with two workers that are killed: ${many} submissions, at most one answer each`,
  async () => {
    const system = await startLocal(["--min-workers", "2", "--max-workers", "2"], {
      FLEET_VISIBILITY_SECONDS: "6",
    });
    onTestFinished(async () => void (await system.interrupt()));
    const clients = localClients(system.ready.aws);
    onTestFinished(clients.destroy);
    const fleet = observe(clients, system.ready.fleet);
    const started = Date.now();

    const end = new AbortController();
    const killing = killWorkers(system, end.signal);
    await sendAll(system.ready.smtp, twiceInDisorder(7));
    await until("every mail parsed", fleet.parsed, withinMs);
    end.abort();
    const killed = await killing;
    await until("every answer sent or ambiguous", fleet.answered, withinMs);

    const rows = await fleet.submissions();
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: many }, () => "unread"));
    const numbers = (texts: unknown[]) => texts.map(String).sort();
    const everyOne = Array.from({ length: many }, (_, n) => n);
    expect(numbers(rows.map(({ author }) => author))).toEqual(numbers(everyOne.map(authorOf)));
    expect(new Set(rows.map(({ reference }) => reference)).size).toBe(many);

    const answer = await fetch(`${system.ready.aws}/_local/mail/sent`);
    const { mails } = (await answer.json()) as { mails: { to: string[] }[] };
    const toAuthors = mails.flatMap(({ to }) => to).filter((to) => to.endsWith("@writers.example"));
    expect(new Set(toAuthors).size).toBe(toAuthors.length);
    // What was not sent is known to be ambiguous, and what is ambiguous may have been sent: nobody is left out in silence.
    const outgoing = await fleet.outgoing();
    const confirmations = outgoing.filter(({ purpose }) => purpose === "confirmation");
    expect(numbers(confirmations.map(({ to }) => to))).toEqual(numbers(everyOne.map(authorOf)));
    const unclear = confirmations.filter(({ state }) => state !== "sent");
    expect(unclear.filter(({ state }) => state !== "ambiguous")).toEqual([]);
    const sent = confirmations.filter(({ state }) => state === "sent").map(({ to }) => to);
    expect(sent.filter((to) => !toAuthors.includes(String(to)))).toEqual([]);
    expect(killed).toBeGreaterThan(0);
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(
      `${2 * many} mails in ${seconds} s, ${killed} workers killed, ${sent.length} confirmed, ${unclear.length} ambiguous`,
    );
  },
  2 * withinMs,
);
