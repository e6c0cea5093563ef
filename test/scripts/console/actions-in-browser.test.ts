// Every action of the console in a real Chromium, as a person does it: from the page through what it asks to what it says
// afterwards; one by keyboard alone; and each page for a screen reader, wide and on a phone.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findBrowser } from "../../../scripts/lab/screenshot/browser.ts";
import { ScalingGroup } from "../../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../../scripts/local/autoscaling/service.ts";
import { realClock } from "../../../scripts/local/clock/clock.ts";
import { type Cloud, startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { createFailedRecordsQueue } from "../../../scripts/provision/queues.ts";
import { triggersWithFailures } from "../../../triggers/catalog/event-sources.ts";
import { readPauses } from "../../../worker/engine/pause/pauses.ts";
import {
  deadLetterQueueName,
  failedRecordsQueueName,
  queueName,
  type ResourceNames,
} from "../../../worker/fleet/resources.ts";
import { outgoingMailId } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { faultsOf, openChromium, openWindow, type PersonPage } from "../../support/browser.ts";
import { clientSettings } from "../../support/cloud.ts";
import { startConsole, type TestConsole } from "../../support/console.ts";
import { dieJob, sendPicture } from "../../support/dead-pictures.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

const path = await findBrowser();
const kind = "resize-image";
const fleet = "hands";
const mailIds = { lost: "a".repeat(32), unsure: "b".repeat(32), refused: "c".repeat(32) } as const;

describe.skipIf(path === undefined)("actions in a browser (skipped where no Chromium is found)", () => {
  let provisioned: Provisioned;
  let machines: Cloud;
  let group: ScalingGroup;
  let console_: TestConsole;
  let names: ResourceNames;
  let browser: Browser;
  let window: PersonPage;
  let page: Page;
  const clients: { destroy: () => void }[] = [];

  beforeAll(async () => {
    [provisioned, browser] = await Promise.all([startProvisioned(), openChromium()]);
    group = scalingGroup();
    machines = await startCloud({ port: 0, region: "eu-west-1", extraServices: [autoScalingService(group)] });
    const autoScaling = new AutoScalingClient(clientSettings(machines));
    const streams = new DynamoDBStreamsClient(clientSettings(provisioned.cloud));
    clients.push(autoScaling, streams);
    console_ = await startConsole(provisioned, fleet, undefined, { acting: { autoScaling, streams } });
    names = console_.names;
    for (const trigger of triggersWithFailures)
      await createFailedRecordsQueue(provisioned.sqs, fleet, trigger);
    await stage();
  });
  afterAll(async () => {
    await browser.close();
    await console_.close();
    for (const client of clients) client.destroy();
    await machines.close();
    await provisioned.close();
  });
  beforeEach(async () => {
    window = await openWindow(browser);
    page = window.page;
    await page.goto(`${console_.url}/actions`);
  });
  afterEach(async () => {
    expect(window.problems).toEqual([]);
    await window.context.close();
  });

  function scalingGroup(): ScalingGroup {
    const ids = ["i-0def", "i-0abc"];
    const made = new ScalingGroup({
      ...{ name: `${fleet}-workers`, min: 0, max: 3, hook: { name: "drain", timeoutSeconds: 60 } },
      ...{ zones: ["a"], instanceType: "none", clock: realClock, newInstanceId: () => ids.pop() ?? "i-0" },
      launcher: { launch: async () => {}, terminate: async () => {}, announce: () => {} },
      onError: (error) => {
        throw error;
      },
    });
    made.setDesired(1, "a test");
    return made;
  }

  /** Something for every action to work on. */
  async function stage(): Promise<void> {
    for (const key of ["a1", "a2", "b1"]) await dieJob(provisioned, names, { key, group: key.slice(0, 1) });
    for (const key of ["c1", "c2"])
      await dieJob(provisioned, names, { key, group: "c", cause: "ENOSPC: the disk is full" });
    for (const key of ["w1", "w2"]) await sendPicture(provisioned, names, key);
    const at = "2026-01-01T12:00:00.000Z";
    const mail = {
      purpose: "confirmation",
      submissionId: "s",
      to: "ann@example.org",
      round: 1,
      createdAt: at,
      updatedAt: at,
    };
    const reason = "no answer for ann@example.org";
    for (const [id, state, reference] of [
      [mailIds.lost, "ambiguous", "AAAA-1111"],
      [mailIds.unsure, "ambiguous", "BBBB-2222"],
      [mailIds.refused, "rejected", "CCCC-3333"],
    ])
      await provisioned.db.send(
        new PutCommand({
          TableName: names.tables.outgoingMails,
          Item: { ...mail, id, state, reference, reason },
        }),
      );
    for (const n of [1, 2]) {
      const [id, reference] = [String(n).repeat(32), `DDDD-000${n}`];
      const mailId = outgoingMailId(id, "confirmation");
      const confirmation = { decision: "planned", mailId };
      const story = { id, reference, state: "unread", receivedAt: at, subject: "My story", confirmation };
      await provisioned.db.send(new PutCommand({ TableName: names.tables.submissions, Item: story }));
      const sent = { ...mail, id: mailId, submissionId: id, state: "sent", reference };
      await provisioned.db.send(new PutCommand({ TableName: names.tables.outgoingMails, Item: sent }));
    }
    const worker = {
      ...{ workerId: "w-1", state: "ready", busySlots: 2, idleSlots: 6, held: 2, kinds: [kind], fleet },
      ...{ instance: "i-0abc", everySeconds: 3600, updatedAt: new Date().toISOString() },
    };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.workers, Item: worker }));
    await fail({ Records: [uploaded("late.jpg")] });
  }

  const uploaded = (key: string) => ({
    ...{
      eventVersion: "2.1",
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      eventTime: new Date().toISOString(),
    },
    s3: {
      bucket: { name: names.buckets.uploads },
      object: { key, size: 3, versionId: "v1", sequencer: "01" },
    },
  });

  /** Lambda gives an event of image-uploaded up, as SNS delivered it. */
  async function fail(s3Event: unknown): Promise<void> {
    const requestPayload = {
      Records: [{ EventSource: "aws:sns", Sns: { Message: JSON.stringify(s3Event) } }],
    };
    const QueueName = failedRecordsQueueName(fleet, "image-uploaded");
    const { QueueUrl } = await provisioned.sqs.send(new GetQueueUrlCommand({ QueueName }));
    const record = {
      timestamp: new Date().toISOString(),
      requestContext: { condition: "RetriesExhausted" },
      requestPayload,
    };
    await provisioned.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(record) }));
  }

  const depth = (queue: string) => provisioned.cloud.sqs.metrics(queue).visible;
  const dead = () => depth(deadLetterQueueName(fleet, kind));
  const waiting = () => depth(queueName(fleet, kind));
  const pauses = () => readPauses(provisioned.db, { table: names.tables.pauses, fleet });
  const click = (name: string | RegExp) => page.getByRole("button", { name }).click();
  const follow = (name: string | RegExp) => page.getByRole("link", { name }).first().click();
  const says = (text: string | RegExp) => page.getByRole("status").getByText(text).waitFor();

  test("every page is in order for a screen reader, wide and on a phone, in light and dark", async () => {
    for (const viewport of [
      { width: 1400, height: 900 },
      { width: 360, height: 700 },
    ]) {
      await page.setViewportSize(viewport);
      for (const address of [
        ...["", "/redrive?kind=resize-image&reason=ENOSPC", "/discard?kind=resize-image&group=c"],
        ...["/purge?kind=resize-image", "/mails", "/events", "/interrupt?instance=i-0abc"],
      ]) {
        await page.goto(`${console_.url}/actions${address}`);
        expect([address, await faultsOf(page)]).toEqual([address, []]);
      }
    }
  });

  test("a group is paused, and resumed", async () => {
    await page.getByLabel("Message group").fill("g-1");
    await click("Pause");
    await says("group g-1 of resize-image is paused");
    expect(await pauses()).toMatchObject([{ kind, group: "g-1" }]);
    await click("Resume g-1");
    await says("group g-1 of resize-image is resumed");
    expect(await pauses()).toEqual([]);
  });

  test("letters whose reason matches are counted and sent back in a portion", async () => {
    await follow("Send back …");
    await page.getByText("5 dead letters in 3 groups").waitFor();
    await page.getByLabel("Reason contains").fill("ENOSPC");
    await click("Look");
    await page.getByText("2 dead letters in 1 group").waitFor();
    await page.getByLabel("At most").fill("1");
    await click("Send back");
    await says("1 job of 1 group sent back.");
    expect([dead(), waiting()]).toEqual([4, 3]);
  });

  test("one letter is sent back from its job's page", async () => {
    const jobId = await dieJob(provisioned, names, { key: "single", group: "s" });
    await page.goto(`${console_.url}/jobs/${jobId}`);
    await follow("Send it back …");
    await page.getByText("1 dead letter in 1 group").waitFor();
    await click("Send back");
    await says("1 job of 1 group sent back.");
    expect(dead()).toBe(4);
  });

  test("by keyboard alone: dead letters of a group are discarded, after a wrong word was refused", async () => {
    const focusedName = () =>
      page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name");
    const tabTo = async (name: string) => {
      for (let tabs = 0; (await focusedName()) !== name; tabs += 1) {
        if (tabs > 80) throw new Error(`no Tab leads to ${name}`);
        await page.keyboard.press("Tab");
      }
    };
    for (const [word, button] of [
      ["resize", "alert"],
      [kind, "status"],
    ] as const) {
      await tabTo("Discard …");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/actions/discard?*");
      await tabTo("group");
      await page.keyboard.type("a");
      await page.keyboard.press("Enter");
      await page.getByText("2 dead letters in 1 group").waitFor();
      await tabTo("confirm");
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/actions?notice=*");
      await page
        .getByRole(button)
        .getByText(word === kind ? "2 dead letters of resize-image deleted" : "nothing was deleted")
        .waitFor();
    }
    expect(dead()).toBe(2);
  });

  test("what waits is deleted once the kind is typed", async () => {
    const before = waiting();
    await page.getByLabel("Kind of the jobs to delete").selectOption(kind);
    await click("Delete what waits …");
    await page.getByText(/About \d+ waiting jobs of resize-image/).waitFor();
    await page.getByLabel("Type resize-image to confirm").fill(kind);
    await click("Delete waiting jobs");
    await says(`${before} waiting jobs of resize-image deleted`);
    expect(waiting()).toBe(0);
  });

  test("a mail is sent once more and another settled, only by somebody who has looked; no address is shown", async () => {
    await follow("Look at mails …");
    expect(await page.content()).not.toContain("example.org");
    const lost = page.getByRole("article", { name: `Mail ${mailIds.lost}` });
    await lost.getByRole("checkbox").check();
    await lost.getByRole("button", { name: "Send once more" }).click();
    await says("(confirmation, AAAA-1111) is sent once more.");
    await follow("Look at mails …");
    const unsure = page.getByRole("article", { name: `Mail ${mailIds.unsure}` });
    await unsure.getByRole("button", { name: /Settle/ }).click();
    expect(page.url()).toContain("/actions/mails");
    await unsure.getByRole("checkbox").check();
    await unsure.getByRole("button", { name: /Settle/ }).click();
    await says("(confirmation, BBBB-2222) is settled.");
    await follow("Look at mails …");
    const refused = page.getByRole("article", { name: `Mail ${mailIds.refused}` });
    await refused.getByRole("checkbox").check();
    await refused.getByRole("button").click();
    await says("(confirmation, CCCC-3333) is sent once more.");
  });

  test("by keyboard alone: two submissions are chosen, their authors' mails previewed, and both declined", async () => {
    await page.goto(`${console_.url}/submissions`);
    for (const reference of ["DDDD-0001", "DDDD-0002"]) {
      await page.getByRole("checkbox", { name: `Choose ${reference}` }).focus();
      await page.keyboard.press("Space");
    }
    await page.getByRole("button", { name: "Decline the chosen …" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("2 submissions would be declined, and 0 mails sent").waitFor();
    await page.getByLabel("Mail to the authors").focus();
    await page.keyboard.type("no room");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("2 submissions would be declined, and 2 mails sent").waitFor();
    const mail = page.getByRole("article", { name: "Submission DDDD-0001" });
    await mail.getByText("We have no room for it at present.").waitFor();
    expect(await page.content()).not.toContain("example.org");
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Decline 2 and send 2 mails" }).focus();
    await page.keyboard.press("Enter");
    await says("2 submissions declined, 2 mails on the way.");
  });

  test("failed events are counted and replayed", async () => {
    await follow("Look at failed events …");
    await page.getByText("About 1 event waits").waitFor();
    await click("Replay them");
    await says("1 event replayed.");
    expect(waiting()).toBe(1);
  });

  test("a worker is interrupted, after its page said how many jobs it runs", async () => {
    await follow("Interrupt w-1 …");
    await page.getByText("runs 2 jobs").waitFor();
    await click("Interrupt this worker");
    await says("i-0abc drains");
    expect(group.instances.find(({ id }) => id === "i-0abc")?.state).toMatch(/^Terminating/);
  });

  test("a size is asked for a time, and taken back", async () => {
    await page.getByLabel("Instances").fill("2");
    await page.getByLabel("For minutes").fill("15");
    await click("Ask for this size");
    await says("2 instances asked for, within the fleet's bounds, until");
    await page.getByText("2 asked for").waitFor();
    await click("Let the policy decide again");
    await says("The policy decides on the fleet's size again.");
  });

  test("all of it is on record, by name, with what came of it", async () => {
    const { last } = (await (await fetch(`${console_.url}/api/actions`)).json()) as {
      last: { action: string; actorName: string; details: { outcome: string } }[];
    };
    const done = last.filter(({ actorName, details }) => actorName === "ann" && details.outcome === "done");
    expect([...new Set(done.map(({ action }) => action))].sort()).toEqual([
      ...[
        "decline-submission",
        "discard-jobs",
        "interrupt-worker",
        "pause-jobs",
        "purge-jobs",
        "redrive-jobs",
        "replay-events",
      ],
      ...["resend-mail", "resume-jobs", "scale-fleet", "settle-mail"],
    ]);
    expect(JSON.stringify(last)).not.toContain("example.org");
    expect(last.filter(({ details }) => details.outcome === "failed")).toHaveLength(1);
  });
});
