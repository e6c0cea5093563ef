// `npm run console` as a command: its address, its end, what it refuses, and that read-only refuses every action.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { runConsole } from "../../../scripts/console/run-console.ts";
import type { Jobs } from "../../../scripts/queues/subcommand.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { until } from "../../support/until.ts";

let provisioned: Provisioned;
beforeAll(async () => {
  provisioned = await startProvisioned();
  await provisioned.provision("run-console");
});
afterAll(() => provisioned.close());

const readySchema = z.object({
  v: z.literal(1),
  ready: z.literal(true),
  console: z.url(),
  fleet: z.string(),
  readOnly: z.boolean(),
});

/** Starts the command against the test's cloud. */
function start(args: readonly string[], fleet = "run-console") {
  const [out, err]: [string[], string[]] = [[], []];
  const ended = Promise.withResolvers<void>();
  onTestFinished(() => ended.resolve());
  const exit = runConsole(args, {
    env: { FLEET_NAME: fleet, AWS_ENDPOINT_URL: provisioned.cloud.url },
    stdout: { write: (text: string | Uint8Array) => out.push(String(text)) > 0 },
    stderr: { write: (text: string | Uint8Array) => err.push(String(text)) > 0 },
    user: () => "ann",
    jobs: catalog as unknown as Jobs,
    ended: ended.promise,
  });
  const ready = async () =>
    readySchema.parse(JSON.parse(await until("the ready line", async () => out.join("") || undefined)));
  return { exit, err, end: () => ended.resolve(), ready };
}

test("it serves the fleet at an endpoint on a free port, and ends with code 0", async () => {
  const { exit, end, ready } = start(["--port", "0", "--json"]);
  const { console: url, fleet, readOnly } = await ready();
  expect([fleet, readOnly]).toEqual(["run-console", false]);
  expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({ v: 1, verdict: "idle" });
  expect(await (await fetch(`${url}/results`)).text()).not.toContain("Drop pictures here");
  end();
  expect(await exit).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test("read-only says so on the page and refuses every method that could change something", async () => {
  const { ready } = start(["--port", "0", "--json", "--read-only"]);
  const { console: url } = await ready();
  expect(await (await fetch(url)).text()).toContain("read-only");
  for (const method of ["POST", "PUT", "PATCH", "DELETE"])
    for (const path of ["/", "/api/uploads", "/actions/pause", "/nothing"]) {
      const answer = await fetch(url + path, { method });
      expect([path, answer.status], method).toEqual([path, 403]);
      expect(await answer.json()).toEqual({ error: "This console is read-only." });
    }
});

test("a fleet that is not there ends it with code 1 and one line", async () => {
  const { exit, err } = start(["--port", "0"], "elsewhere");
  expect(await exit).toBe(1);
  expect(err.join("")).toMatch(/^console: there is no fleet elsewhere at http:\/\/127\.0\.0\.1:\d+: .*\n$/);
});

test("a taken port ends it with code 1 and names the option", async () => {
  const first = start(["--port", "0", "--json"]);
  const { port } = new URL((await first.ready()).console);
  const second = start(["--port", port]);
  expect(await second.exit).toBe(1);
  expect(second.err.join("")).toMatch(/^console: port \d+ cannot be used .*--port names another\n$/);
});

test.each([
  [["--port", "x"], "It takes a whole number from 0 to 65535."],
  [["--porto", "1"], "unknown option '--porto'"],
])("bad arguments %j end it with code 2", async (args, text) => {
  const { exit, err } = start(args);
  expect(await exit).toBe(2);
  expect(err.join("")).toContain(text);
});
