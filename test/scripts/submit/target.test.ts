import { createServer } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { checkFleet, NoFleet } from "../../../scripts/cli/fleet.ts";
import { VirtualClock } from "../../../scripts/local/clock/clock.ts";
import type { Cloud } from "../../../scripts/local/cloud/cloud.ts";
import { chooseTarget, type Target } from "../../../scripts/submit/target.ts";
import { startTestCloud } from "../../support/cloud.ts";

const targets: Target[] = [];
const clouds: Cloud[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const target of targets.splice(0)) target.destroy();
  for (const cloud of clouds.splice(0)) await cloud.close();
});

async function startCloud(): Promise<Cloud> {
  const cloud = await startTestCloud({ clock: new VirtualClock(Date.now()), region: "eu-west-1" });
  clouds.push(cloud);
  return cloud;
}

function choose(env: NodeJS.ProcessEnv = {}, aws = false): Target {
  const target = chooseTarget(env, { aws });
  targets.push(target);
  return target;
}

const credentialsOf = async ({ s3 }: Target) => (await s3.config.credentials()).accessKeyId;
const endpointOf = async ({ s3 }: Target) => (await s3.config.endpoint?.())?.port;

test("without settings it is the local system and its fleet", async () => {
  const target = choose();
  expect(target.where).toBe("http://127.0.0.1:4566");
  expect(target.names.buckets.uploads).toBe("fifo-fleet-uploads");
  expect(await target.s3.config.region()).toBe("eu-west-1");
  expect(await credentialsOf(target)).toBe("local");
});

test("AWS_ENDPOINT_URL, FLEET_NAME and FLEET_BUCKET_SUFFIX choose another", async () => {
  const target = choose({
    AWS_ENDPOINT_URL: "http://localhost:5000",
    FLEET_NAME: "mine",
    FLEET_BUCKET_SUFFIX: "-x",
  });
  expect(target.where).toBe("http://localhost:5000");
  expect(await endpointOf(target)).toBe(5000);
  expect(target.names.buckets.uploads).toBe("mine-uploads-x");
});

test("an endpoint of one service takes precedence over the endpoint of all", async () => {
  const target = choose({
    AWS_ENDPOINT_URL: "http://127.0.0.1:5000",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:6000",
  });
  expect(await endpointOf(target)).toBe(6000);
});

test("on loopback the local credentials are used, unless others are set", async () => {
  const AWS_ENDPOINT_URL = "http://127.0.0.1:5000";
  expect(await credentialsOf(choose({ AWS_ENDPOINT_URL }))).toBe("local");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDOWN");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  expect(await credentialsOf(choose({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID: "AKIDOWN" }))).toBe("AKIDOWN");
});

test("--aws means AWS, without path style and without the local endpoint", async () => {
  const target = choose({ AWS_REGION: "eu-central-1" }, true);
  expect(target.where).toBe("AWS");
  expect(await target.s3.config.region()).toBe("eu-central-1");
  expect(target.s3.config.forcePathStyle).toBeFalsy();
});

test("--aws together with AWS_ENDPOINT_URL, and invalid settings, are reported by name", () => {
  expect(() => choose({ AWS_ENDPOINT_URL: "http://127.0.0.1:5000" }, true)).toThrow(
    "--aws was given, but AWS_ENDPOINT_URL is http://127.0.0.1:5000",
  );
  expect(() => choose({ FLEET_NAME: "No_Name", AWS_ENDPOINT_URL: "nonsense" })).toThrow(
    /FLEET_NAME takes .*; AWS_ENDPOINT_URL takes a URL/,
  );
});

test("where nothing listens, the error says how to start it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const check = checkFleet(choose({ AWS_ENDPOINT_URL: url }));
  await expect(check).rejects.toThrow(NoFleet);
  await expect(check).rejects.toThrow(`no FIFO Fleet answers at ${url}; start it with npm run local`);
});

test("where there is no such fleet, the error names its bucket and the settings that choose it", async () => {
  const { url } = await startCloud();
  await expect(checkFleet(choose({ AWS_ENDPOINT_URL: url }))).rejects.toThrow(
    `there is no fleet fifo-fleet at ${url}: it has no bucket fifo-fleet-uploads (see FLEET_NAME and FLEET_BUCKET_SUFFIX)`,
  );
});

test("refused credentials are reported as such", async () => {
  const { url } = await startCloud();
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDOWN");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
  await expect(checkFleet(choose({ AWS_ACCESS_KEY_ID: "AKIDOWN", AWS_ENDPOINT_URL: url }))).rejects.toThrow(
    `the fleet fifo-fleet at ${url} refuses these credentials`,
  );
});

test("without a region AWS is not called, and the error names the variable", async () => {
  vi.stubEnv("AWS_REGION", undefined);
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
  await expect(checkFleet(choose({}, true))).rejects.toThrow("AWS_REGION");
});
