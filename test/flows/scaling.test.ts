// A local fleet from nothing to its largest size, through two spot notices, to fewer workers under load, and back to nothing:
// real processes, sized by the counting trigger. Jobs are mails whose call to SES takes half a second.
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planMails, sendAt } from "../../scripts/lab/validate-scaling/mails.ts";
import { localClients } from "../../scripts/local/cloud/identity.ts";
import type { FleetPace } from "../../scripts/local/fleet/pace.ts";
import { type LocalSystem, startSystem } from "../../scripts/local/system/system.ts";
import { fleetStatusSchema } from "../../scripts/status/fleet-status.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { silentLog } from "../support/provisioned.ts";
import { until } from "../support/until.ts";

const names = resourceNames("grows");
const largest = 3;
/** Everything that a cloud does in minutes takes seconds. */
const pace: FleetPace = {
  bootMs: 200,
  countEveryMs: 500,
  scaling: {
    FLEET_TARGET_WAIT_SECONDS: "2",
    FLEET_BOOT_SECONDS: "2",
    FLEET_JOB_SECONDS: "0.5",
    FLEET_KEEP_LEAST_SECONDS: "1",
    FLEET_KEEP_MOST_SECONDS: "3",
    FLEET_LOOK_AGAIN_SECONDS: "0",
  },
  workers: {
    FLEET_JOBS: "send-mail",
    FLEET_SLOTS: "4",
    FLEET_DECODERS: "1",
    FLEET_MAIL_WAIT_SECONDS: "30",
    // A notice leaves ten seconds here, of which the last one is for returning messages.
    FLEET_DRAIN_MARGIN_SECONDS: "1",
    FLEET_PRESENCE_SECONDS: "0.3",
    FLEET_METADATA_SECONDS: "0.2",
  },
};
let system: LocalSystem;
let clients: ReturnType<typeof localClients>;

beforeAll(async () => {
  const ports = { port: 0, webPort: 0, smtpPort: 0, awsPort: 0 };
  const size = { minWorkers: 0, maxWorkers: largest, targetWait: 2 };
  system = await startSystem({ ...ports, ...size, fleet: names.fleet, json: true }, silentLog, pace);
  clients = localClients(system.awsUrl);
  system.cloud.faults.push(({ service }) =>
    service === "ses" ? { kind: "delay", beforeMs: 500, afterMs: 0 } : undefined,
  );
}, 120_000);
afterAll(async () => {
  clients.destroy();
  await system.close();
});

const working = () => system.group.instances.filter(({ state }) => state === "InService");
const console = async () => (await fetch(system.consoleUrl)).text();
const status = async () =>
  fleetStatusSchema.parse(await (await fetch(`${system.consoleUrl}/api/status`)).json());
const mails = async () => {
  const { Items = [] } = await clients.db.send(new ScanCommand({ TableName: names.tables.outgoingMails }));
  return Items.map(({ state }) => state as string);
};

test("0 -> 3 -> two spot notices -> fewer under load -> 0; every mail is sent once, and the console tells why", async () => {
  const [rush, later] = [150, 60];
  const ids = await planMails(clients, names, rush + later);
  expect(system.group.instances).toEqual([]);
  await sendAt(
    clients,
    names.fleet,
    ids.slice(0, rush).map((id) => ({ id, atMs: 0 })),
  );
  await until("the largest size", () => working().length === largest, 90_000);
  expect(await console()).toMatch(
    /Size: 3 instances(, \d wanted)? \((backlog|bounds|steady|booting|group-bound)/,
  );

  const reclaimed = working()
    .slice(0, 2)
    .map(({ id }) => id);
  for (const id of reclaimed) system.group.reclaim(id, 10);
  await until(
    "both to be gone",
    () => !system.group.instances.some(({ id }) => reclaimed.includes(id)),
    60_000,
  );

  const trickle = sendAt(
    clients,
    names.fleet,
    ids.slice(rush).map((id, index) => ({ id, atMs: index * 300 })),
  );
  let trickling = true;
  void trickle.then(() => {
    trickling = false;
  });
  await until("fewer instances", () => system.group.desired < largest, 90_000);
  // Jobs were still coming and none had to wait for the end of all work.
  expect(trickling).toBe(true);
  expect(system.group.desired).toBeGreaterThan(0);
  // Those that EC2 took back have ended by themselves: their workers had drained before.
  const ending = system.group.activities.filter(
    ({ what, instanceId }) => what === "terminating" && !reclaimed.includes(instanceId),
  );
  expect(ending.length).toBeGreaterThan(0);
  expect(ending.every(({ cause }) => cause === "TerminateInstance was called")).toBe(true);

  await trickle;
  await until("no instance", () => system.group.desired === 0 && system.group.instances.length === 0, 90_000);
  expect(await mails()).toEqual(Array(rush + later).fill("sent"));
  const sent = system.cloud.mailbox.list().flatMap(({ to }) => to);
  expect([sent.length, new Set(sent).size]).toEqual([rush + later, rush + later]);
  const { scaling, verdict } = await status();
  expect([verdict, scaling?.wanted, scaling?.reason]).toEqual([
    "idle",
    0,
    expect.stringMatching(/empty|steady/),
  ]);
}, 400_000);
