// `npm run scan-image` against a server that answers as ECR does.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { runScript } from "../../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-scan-"));
let server: Server | undefined;
afterEach(async () => {
  if (server) await once(server.close(), "close");
  server = undefined;
});

type Answer = Record<string, unknown>;

/** Starts ECR with these answers in their order, the last one for ever, and runs the command. */
async function scan(answers: Answer[], args: string[] = []) {
  const asked: Answer[] = [];
  const scripted = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    const fails = answer !== undefined && "__type" in answer;
    response.writeHead(fails ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer));
  });
  server = scripted;
  await once(scripted.listen(0, "127.0.0.1"), "listening");
  const address = scripted.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const printed = await runScript(
    ["scripts/scan-image.ts", "--repository", "fifo-fleet-worker", "--tag", "abc", ...args],
    {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    },
  );
  return { ...printed, asked };
}

const done = (findings: Answer, nextToken?: string): Answer => ({
  imageScanStatus: { status: "COMPLETE" },
  imageScanFindings: findings,
  ...(nextToken && { nextToken }),
});
const basic = (name: string, severity: string) => ({
  name,
  severity,
  attributes: [
    { key: "package_name", value: "zlib" },
    { key: "package_version", value: "1.2.13" },
  ],
});
const inspected = (vulnerabilityId: string, severity: string, fixAvailable: string) => ({
  severity,
  fixAvailable,
  packageVulnerabilityDetails: { vulnerabilityId, vulnerablePackages: [{ name: "openssl", version: "3.0" }] },
});

test("an image without findings may be deployed, once its scan has begun and ended", async () => {
  const { code, stdout, asked } = await scan(
    [
      { __type: "ScanNotFoundException", message: "no scan yet" },
      { imageScanStatus: { status: "IN_PROGRESS" } },
      done({ findings: [] }),
    ],
    ["--timeout", "5"],
  );
  expect(code).toBe(0);
  expect(stdout).toBe("fifo-fleet-worker:abc: nothing was found\n");
  expect(asked).toHaveLength(3);
  expect(asked[0]).toEqual({ repositoryName: "fifo-fleet-worker", imageId: { imageTag: "abc" } });
});

test("a critical finding stops the delivery, also on the second page; high ones without a known fix do not", async () => {
  const { code, stdout, stderr } = await scan([
    done({ findings: [basic("CVE-2026-1", "HIGH"), basic("CVE-2026-2", "LOW")] }, "page-2"),
    done({ findings: [basic("CVE-2026-3", "CRITICAL")] }),
  ]);
  expect(code).toBe(1);
  expect(stdout).toContain("1 high, 1 low, 1 critical");
  expect(stderr).toBe("scan-image: CVE-2026-3 (critical) in zlib 1.2.13\n");
});

test("with Inspector a high finding that has a fix stops the delivery", async () => {
  const enhancedFindings = [inspected("CVE-2026-4", "HIGH", "YES"), inspected("CVE-2026-5", "HIGH", "NO")];
  const { code, stderr } = await scan([
    { imageScanStatus: { status: "ACTIVE" }, imageScanFindings: { enhancedFindings } },
  ]);
  expect(code).toBe(1);
  expect(stderr).toBe("scan-image: CVE-2026-4 (high) in openssl 3.0, which has a fix\n");
});

test("a finding that a person accepted stops nothing until its day has passed", async () => {
  const accepted = join(folder, "accepted.json");
  const critical = [done({ findings: [basic("CVE-2026-3", "CRITICAL")] })];
  const accept = (until: string) =>
    writeFileSync(accepted, JSON.stringify({ "CVE-2026-3": { because: "zlib is not called", until } }));
  accept("2999-01-01");
  expect((await scan([...critical], ["--accepted", accepted])).code).toBe(0);
  accept("2020-01-01");
  expect((await scan([...critical], ["--accepted", accepted])).code).toBe(1);
  rmSync(folder, { recursive: true });
});

test.each([
  [
    { imageScanStatus: { status: "FAILED", description: "unsupported" } },
    "was not scanned: FAILED unsupported",
  ],
  [{ imageScanStatus: { status: "IN_PROGRESS" } }, "was not scanned within 1 s"],
  [{ __type: "RepositoryNotFoundException", message: "no such repository" }, "no such repository"],
])("an image of which nothing is known may not be deployed: %j", async (answer, message) => {
  const { code, stderr } = await scan([answer], ["--timeout", "1"]);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
