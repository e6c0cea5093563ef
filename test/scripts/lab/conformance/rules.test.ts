// Every conformance rule as a test, each against its own local cloud on a virtual clock.
import { expect, test } from "vitest";
import { rules } from "../../../../scripts/lab/conformance/rules.ts";
import { openSession, runRule } from "../../../../scripts/lab/conformance/run-rules.ts";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { startTestCloud } from "../../../support/cloud.ts";

for (const rule of rules) {
  test(`${rule.id}: ${rule.statement}`, async () => {
    // Presigned URLs contain the machine's time, so the cloud's clock starts there.
    const cloud = await startTestCloud({ clock: new VirtualClock(Date.now()) });
    const { region, credentials } = cloud.settings;
    const session = await openSession({ endpoint: cloud.url, region, credentials });
    try {
      expect(session.virtualTime).toBe(true);
      await runRule(session, rule);
    } finally {
      session.close();
      await cloud.close();
    }
  });
}

test("rules have distinct kebab-case ids that start with their service, and at least 40 are about FIFO queues", () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, service } of rules) expect(id).toMatch(new RegExp(`^${service}(-[a-z0-9]+)+$`));
  expect(ids.filter((id) => id.startsWith("sqs-")).length).toBeGreaterThanOrEqual(40);
});
