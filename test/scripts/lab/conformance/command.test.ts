// `npm run conformance` as a process: arguments, output, exit code.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await startTestCloud();
});
afterEach(() => cloud.close());

const script = join(import.meta.dirname, "../../../../scripts/lab.ts");

function conformance(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [script, "conformance", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

const two = ["--rule", "sqs-order-within-group", "--rule", "sqs-window-is-five-minutes"];

test("an endpoint that follows the rules gives a table and exit code 0", async () => {
  const { code, out } = await conformance("--endpoint", cloud.url, ...two);
  expect(out).toMatch(/^pass +sqs-order-within-group +Messages of one group/m);
  expect(out).toContain("2 pass, 0 differ, 0 skipped");
  expect(code).toBe(0);
});

test("an endpoint that breaks a rule gives what was seen, as JSON on request, and exit code 1", async () => {
  cloud.faults.push(({ action }) =>
    action === "ReceiveMessage" ? { kind: "error", status: 400, code: "Broken", message: "no" } : undefined,
  );
  const { code, out } = await conformance("--endpoint", cloud.url, "--json", ...two);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual(
    two
      .filter((argument) => argument !== "--rule")
      .map((rule) => ({
        v: 1,
        rule,
        service: "sqs",
        result: "differs",
        seen: "Broken: no",
        seconds: expect.any(Number),
      })),
  );
  expect(code).toBe(1);
});

test("the rules can be listed without an endpoint, also for one service only", async () => {
  const { code, out } = await conformance("--list", "--only", "sns", "--json");
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(10);
  for (const { v, rule, service, statement, source } of lines) {
    expect([v, service, rule.startsWith("sns-")]).toEqual([1, "sns", true]);
    expect(statement && source).toBeTruthy();
  }
  expect(code).toBe(0);
});

const refused: [string, string[], RegExp][] = [
  ["no endpoint", [], /--endpoint/],
  ["an endpoint that is not a URL", ["--endpoint", "localhost"], /--endpoint/],
  ["an unknown service", ["--endpoint", "http://127.0.0.1:1", "--only", "ses"], /--only/],
  ["an unknown rule", ["--endpoint", "http://127.0.0.1:1", "--rule", "x"], /--rule/],
  ["an unknown option", ["--colour"], /colour/],
  ["no parallel rules", ["--endpoint", "http://127.0.0.1:1", "--parallel", "0"], /--parallel/],
];
for (const [what, args, message] of refused) {
  test(`${what} is refused with one line and exit code 2`, async () => {
    const { code, out, err } = await conformance(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
}

test("an endpoint where nothing answers is one line and exit code 1, not a table of differences", async () => {
  const { code, out, err } = await conformance("--endpoint", "http://127.0.0.1:1", ...two);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toBe("conformance: nothing answers at http://127.0.0.1:1 (ECONNREFUSED)\n");
});
