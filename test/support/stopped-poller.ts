// A program with one poller that waits for room until it is stopped; then the program has nothing to do and should end.
import { setTimeout as wait } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { pino } from "pino";
import { Poller } from "../../worker/engine/receive/poller.ts";
import { systemClock } from "../../worker/fleet/clock.ts";

const poller = new Poller({
  kind: "fixture-work",
  queueUrl: "http://127.0.0.1:9/queue",
  sqs: new SQSClient({ region: "eu-west-1", endpoint: "http://127.0.0.1:9" }),
  room: { roomFor: () => 0, worthFew: () => false, changed: () => new Promise(() => {}), accept: () => {} },
  clock: systemClock,
  log: pino({ level: "silent" }),
  visibilitySeconds: 60,
  waitSeconds: () => 20,
  receives: 2,
  keepAlive: () => {},
});
poller.start();
await wait(20);
await poller.stop();
console.log("stopped");
