// Every conformance rule, as a test of its own, against the local cloud on a virtual clock.
import { afterAll, beforeAll, expect, test } from "vitest";
import { rules } from "../../scripts/conformance/rules.ts";
import { openSession, runRule, type Session } from "../../scripts/conformance/run-rules.ts";
import { VirtualClock } from "../../scripts/local/clock.ts";
import { startTestCloud, type TestCloud } from "../support/cloud.ts";

let cloud: TestCloud;
let session: Session;
beforeAll(async () => {
  // Presigned URLs carry the machine's time, so the cloud begins there.
  cloud = await startTestCloud({ clock: new VirtualClock(Date.now()) });
  const { region, credentials } = cloud.settings;
  session = await openSession({ endpoint: cloud.url, region, credentials });
});
afterAll(async () => {
  session.close();
  await cloud.close();
});

for (const rule of rules) {
  test(`${rule.id}: ${rule.statement}`, () => runRule(session, rule));
}

test("rules have distinct kebab-case ids that begin with their service, and at least 40 are about FIFO queues", () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, service } of rules) expect(id).toMatch(new RegExp(`^${service}(-[a-z0-9]+)+$`));
  expect(ids.filter((id) => id.startsWith("sqs-")).length).toBeGreaterThanOrEqual(40);
});

test("the session sees that time can be advanced", () => {
  expect(session.virtualTime).toBe(true);
});
