// `queues status` with a real cloud: the published shape, ages from CloudWatch, and what is reported without them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fleetStatusSchema } from "../../../scripts/status/fleet-status.ts";
import { queueName } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { catalogJobs, queuesCommand } from "../../support/queues-command.ts";

let provisioned: Provisioned;

beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(() => provisioned.close());

const command = (fleet: string, more: Record<string, string> = {}) =>
  queuesCommand({ AWS_ENDPOINT_URL: provisioned.cloud.url, FLEET_NAME: fleet, ...more }, catalogJobs);

const send = (fleet: string) =>
  provisioned.cloud.sqs.send(queueName(fleet, "resize-image"), {
    body: "{}",
    groupId: "g",
    deduplicationId: "d",
  });

test("the JSON is one line of the published shape, with every kind and a verdict", async () => {
  await provisioned.provision("shape");
  send("shape");
  const { code, stdout, stderr } = await command("shape")(["status", "--json"]);
  expect([code, stderr, stdout.split("\n").length]).toEqual([0, "", 2]);
  const status = fleetStatusSchema.parse(JSON.parse(stdout));
  expect(status.queues.map(({ kind }) => kind)).toEqual(jobKinds);
  expect(status.queues.find(({ kind }) => kind === "resize-image")).toMatchObject({
    visible: 1,
    inFlight: 0,
  });
  expect(status.verdict).toBe("working");
});

test("the age of the oldest message is CloudWatch's", async () => {
  await provisioned.provision("ages");
  send("ages");
  const { stdout } = await command("ages")(["status", "--json"]);
  const { queues } = fleetStatusSchema.parse(JSON.parse(stdout));
  const ages = new Map(queues.map(({ kind, oldestSeconds }) => [kind, oldestSeconds]));
  expect(ages.get("resize-image")).toEqual(expect.any(Number));
  expect(ages.get("parse-mail")).toBe(0);
});

test("without CloudWatch, ages are null and the reason is reported", async () => {
  await provisioned.provision("blind");
  send("blind");
  const blind = command("blind", { AWS_ENDPOINT_URL_CLOUDWATCH: "http://127.0.0.1:9" });
  const { code, stdout, stderr } = await blind(["status", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).queues.find(({ visible }: { visible: number }) => visible > 0)).toMatchObject({
    oldestSeconds: null,
  });
  expect(stderr).toMatch(/^queues: ages are unknown, CloudWatch cannot be asked: .*ECONNREFUSED.*\n$/);
  expect((await blind(["status"])).stdout).toMatch(/resize-image +1 +0 +0 +unknown/);
});

test("without --json there are tables and the verdict in words", async () => {
  await provisioned.provision("tables");
  const { stdout } = await command("tables")(["status"]);
  expect(stdout).toMatch(/^kind +waiting +in flight +dead +oldest\n/);
  expect(stdout).toMatch(/\nresize-image +0 +0 +0 +0 s\n/);
  expect(stdout).toMatch(/\n\nno workers\n\nidle: Nothing waits and nothing runs\.\n$/);
});

test("a missing fleet is reported in one line with exit code 1", async () => {
  const { code, stderr, stdout } = await command("nowhere")(["status"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^queues: there is no fleet nowhere at http:\S+: it lacks a queue \(see FLEET_NAME\)\n$/,
  );
});
