// `npm run smoke` against a running fleet, as the pipeline runs it: a sample of each kind to its end, with no more rights than the
// pipeline's role has.
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placementOf } from "../../infra/placement.ts";
import { readSettings } from "../../infra/settings.ts";
import { smokeStatements } from "../../infra/smoke-rights.ts";
import { accessesOf, accessKeyOf } from "../../scripts/lab/cloud-check/calls/accesses.ts";
import { localEnvironment } from "../../scripts/local/cloud/identity.ts";
import { type LocalSystem, startSystem } from "../../scripts/local/system/system.ts";
import { thought } from "../support/guarded-cloud.ts";
import { runScript } from "../support/run-process.ts";
import { listed, spelled } from "../support/synth.ts";

const fleet = "smoke-fleet";
let system: LocalSystem;
beforeAll(async () => {
  system = await startSystem(
    {
      ...{ port: 0, webPort: 0, smtpPort: 0, awsPort: 0 },
      ...{ fleet, maxWorkers: 1, minWorkers: 1, targetWait: 60, json: true },
    },
    pino({ level: "silent" }),
  );
}, 120_000);
afterAll(() => system.close());

const run = (args: string[], env: Record<string, string> = {}) =>
  runScript(["scripts/smoke.ts", ...args], {
    ...localEnvironment,
    AWS_ENDPOINT_URL: system.awsUrl,
    FLEET_NAME: fleet,
    ...env,
  });

/** What the role allows, as `ACTION on ARN` patterns of the local cloud, whose buckets have no suffix. */
function allowed(): { action: string; resource: string }[] {
  const settings = readSettings((name) => (name === "fleet" ? fleet : undefined));
  const local = (arn: string) =>
    arn
      .replaceAll(/\$\{Token\[AWS\.Partition\.\d+\]\}/g, "aws")
      .replaceAll(/\$\{Token\[AWS\.Region\.\d+\]\}/g, thought.region)
      .replaceAll(/\$\{Token\[AWS\.AccountId\.\d+\]\}/g, thought.account)
      .replaceAll(`-${thought.account}-${thought.region}`, "");
  return smokeStatements(placementOf(settings)).flatMap(({ actions, resources }) =>
    actions.flatMap((action) =>
      listed(resources).map((resource) => ({ action, resource: local(spelled(resource)) })),
    ),
  );
}

test("every sample is completed, by no call that the pipeline's role does not allow, and by each right of it", async () => {
  const rights = allowed();
  const used = new Set<string>();
  const refused: string[] = [];
  system.cloud.faults.push((call) => {
    if (accessKeyOf(call) !== "smoke-role") return undefined;
    for (const { action, resource } of accessesOf(call, thought)) {
      const right = rights.find(
        (one) =>
          one.action === action &&
          (one.resource.endsWith("/*")
            ? resource.startsWith(one.resource.slice(0, -1))
            : one.resource === resource),
      );
      if (right === undefined) refused.push(`${action} on ${resource}`);
      else used.add(`${right.action} on ${right.resource}`);
    }
    return undefined;
  });
  const { code, stdout, stderr } = await run(["--mail-by", "bucket"], { AWS_ACCESS_KEY_ID: "smoke-role" });
  expect(stderr).toContain("4 inputs: 4 completed");
  expect(code).toBe(0);
  for (const kind of ["image", "mail", "text", "file"])
    expect(stdout).toMatch(new RegExp(`^${kind} +completed`, "m"));
  expect(refused).toEqual([]);
  expect(
    rights.map(({ action, resource }) => `${action} on ${resource}`).filter((right) => !used.has(right)),
  ).toEqual([]);
});

test("on a laptop the mail goes by SMTP; kinds can be left out", async () => {
  const { code, stdout } = await run(["--without", "image, text,file"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mail +completed/);
  expect(stdout.trim().split("\n")).toHaveLength(1);
});

test("a kind that does not come to its end fails the run by name", async () => {
  system.cloud.faults.push((call) =>
    call.service === "s3" && call.action === "PutObject" && accessKeyOf(call) === "blind"
      ? { kind: "error", status: 403, code: "AccessDenied", message: "no" }
      : undefined,
  );
  const { code, stderr } = await run(["--without", "mail,text,file"], { AWS_ACCESS_KEY_ID: "blind" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^smoke: image: not submitted: /m);
});

test.each([
  [["--without", "pictures"], "It takes some of image, mail, text, file, but not all."],
  [["--timeout", "0"], "--timeout"],
])("%j is refused in one line", async (args, message) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("without a fleet it says so, and nothing else", async () => {
  const { code, stderr } = await run([], { AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
  expect(code).toBe(1);
  expect(stderr).toContain("no FIFO Fleet answers at http://127.0.0.1:9");
});
