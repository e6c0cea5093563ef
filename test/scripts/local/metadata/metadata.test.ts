// The local instance metadata service: the rules of version 2, over plain HTTP as an instance uses it.
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { type Metadata, startMetadata } from "../../../../scripts/local/metadata/metadata.ts";

let clock: VirtualClock;
let metadata: Metadata;
beforeEach(async () => {
  clock = new VirtualClock();
  metadata = await startMetadata({ clock, paths: { "instance-id": "i-1" } });
});
afterEach(() => metadata.close());

const at = (path: string, init?: RequestInit) => fetch(new URL(path, metadata.endpoint), init);
const token = (seconds: number | string, more: Record<string, string> = {}) =>
  at("/latest/api/token", {
    method: "PUT",
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(seconds), ...more },
  });
const read = async (path: string, session: string) =>
  at(`/latest/meta-data/${path}`, { headers: { "x-aws-ec2-metadata-token": session } });

test("a read without a token is refused, because only version 2 exists", async () => {
  expect((await at("/latest/meta-data/instance-id")).status).toBe(401);
});

test("with a token, set paths answer and all others are 404", async () => {
  const session = await (await token(60)).text();
  expect(await (await read("instance-id", session)).text()).toBe("i-1");
  expect((await read("spot/instance-action", session)).status).toBe(404);
  metadata.paths.set("spot/instance-action", "{}");
  expect((await read("spot/instance-action", session)).status).toBe(200);
});

test("a token expires, or ends when the service forgets it", async () => {
  const session = await (await token(60)).text();
  clock.advance(60_000);
  expect((await read("instance-id", session)).status).toBe(401);
  const second = await (await token(60)).text();
  metadata.forgetTokens();
  expect((await read("instance-id", second)).status).toBe(401);
});

test("a token needs a lifetime of 1 to 21600 seconds, a PUT and no proxy", async () => {
  expect((await token(0)).status).toBe(400);
  expect((await token(21_601)).status).toBe(400);
  expect((await token("soon")).status).toBe(400);
  expect((await at("/latest/api/token")).status).toBe(405);
  expect((await token(60, { "x-forwarded-for": "10.0.0.1" })).status).toBe(403);
});
