// The dashboard's row about the verdict and the saved queries: what they show and ask for is really printed, and their links lead
// somewhere.
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { queries } from "../../infra/constructs/saved-queries.ts";
import { overloadedSeconds, situations } from "../../infra/constructs/verdict-widgets.ts";
import { thresholds } from "../../scripts/status/verdict.ts";
import { metricLine, metricsOf } from "../../triggers/metrics-due/metric-line.ts";
import { InputRejected } from "../../worker/engine/job/input-rejected.ts";
import { createOutput } from "../../worker/process/output.ts";
import { emittedMetrics } from "../support/emitted-metrics.ts";
import { setupExecution } from "../support/execution.ts";
import { fleetOf, ofType, resourcesOf, spelled } from "../support/synth.ts";
import { until } from "../support/until.ts";

const docs = resolve(import.meta.dirname, "../../docs");
const resources = resourcesOf({
  operations: fleetOf({ docsUrl: "https://docs.example.org/fleet" }).operations,
});
const body = spelled(ofType(resources, "AWS::CloudWatch::Dashboard")[0]?.Properties.DashboardBody);

/** Lines of workers that end one job in every way that they say in words, each as an object. */
async function workerLines(): Promise<Record<string, unknown>[]> {
  const fails = () => Promise.reject(new Error("told to fail"));
  const handlers = [
    {},
    { run: fails },
    { run: () => Promise.reject(new InputRejected("told-to", "It was bad.")) },
  ];
  const logged: string[] = [];
  for (const handler of handlers) {
    const execution = setupExecution(handler);
    await execution.deliver();
    logged.push(...execution.logged);
  }
  return [...logged.map((line) => JSON.parse(line)), await lineOfProcess()];
}

/** A line as a worker's process prints it, with what all its lines have. */
async function lineOfProcess(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  const file = join(folder, "log");
  const to = openSync(file, "w");
  // The output writes until the process ends, so its file stays open.
  onTestFinished(() => rmSync(folder, { recursive: true }));
  createOutput({ level: "info", base: { worker: "w" }, to }).log.info("a line");
  return JSON.parse(await until("the line", () => readFileSync(file, "utf8") || undefined));
}

function countingLine(): Record<string, unknown> {
  const decision = {
    ...{ at: 1, reason: "asked" as const, wanted: 1, desired: 2, gap: -1, inService: 1, need: 1, groups: 0 },
    ...{ backlogSeconds: 0, busySlots: 0, idleSlots: 0, ended: 0, kinds: {} },
  };
  const figures = metricsOf({ kinds: {}, dead: {}, failedEvents: {} }, decision, {
    dead: 0,
    failedEvents: 0,
  });
  return JSON.parse(metricLine("f", figures, decision, { fine: false }));
}

/** Words of Logs Insights' language in the queries (its user guide, "CloudWatch Logs Insights language query syntax"). */
const language = new Set("as by in asc desc count avg max sum latest coalesce".split(" "));

/** The fields that a query asks of lines: its words but for those of the language, names it gives, numbers and quoted texts. */
function fieldsOf({
  fields = [],
  filterStatements,
  statsStatements = [],
  sort,
}: (typeof queries)[number]): string[] {
  const text = [...fields, ...filterStatements, ...statsStatements, sort].join(" | ").replace(/"[^"]*"/g, "");
  const given = new Set([...text.matchAll(/\bas (\w+)/g)].map(([, name]) => name));
  const words = text.match(/@?[A-Za-z]\w*/g) ?? [];
  return [...new Set(words)].filter(
    (word) => !language.has(word) && !given.has(word) && word !== "@timestamp",
  );
}

test("every field of the saved queries is in lines that our code prints", async () => {
  const printed = {
    workers: new Set((await workerLines()).flatMap(Object.keys)),
    counting: new Set(Object.keys(countingLine())),
  };
  for (const query of queries) {
    const asked = fieldsOf(query);
    expect([query.name, asked.length > 1, asked.filter((field) => !printed[query.log].has(field))]).toEqual([
      query.name,
      true,
      [],
    ]);
  }
});

test("texts and outcomes that the queries filter by are those of the lines", async () => {
  const lines = (await workerLines()).filter(({ msg }) => msg === "job outcome");
  expect(lines.map(({ outcome }) => outcome)).toEqual(["completed", "retried", "rejected"]);
  expect(lines.every(({ tookMs, waitMs }) => typeof tookMs === "number" && typeof waitMs === "number")).toBe(
    true,
  );
});

test("the queries are saved under the fleet's name, for the logs of workers and of counting", () => {
  const saved = ofType(resources, "AWS::Logs::QueryDefinition").map(({ Properties }) => Properties);
  expect(saved.map(({ Name, LogGroupNames }) => [Name, LogGroupNames])).toEqual(
    queries.map(({ name, log }) => [
      `fifo-fleet/${name}`,
      [log === "workers" ? "/fifo-fleet/workers" : "/fifo-fleet/triggers/metrics-due"],
    ]),
  );
  expect(saved[0]?.QueryString).toContain("| stats count(*) as runs");
});

test("the row shows what the verdict is made of, the wanted size and the gap, by metrics that are printed", async () => {
  const printed = new Set((await emittedMetrics("fifo-fleet")).map(({ name }) => name));
  for (const name of ["Visible", "InFlight", "Dead", "FailedEvents", "BusySlots", "IdleSlots", "Wanted"]) {
    expect(body).toContain(`"${name}"`);
    expect(printed).toContain(name);
  }
  for (const text of ["wanted - serving", '"gap"', "largest size", "overloaded", "alarm Late"])
    expect(body).toContain(text);
});

test("what counts as overloaded on the dashboard is what the verdict says", () => {
  expect(overloadedSeconds).toBe(thresholds.oldestSeconds);
});

test("every situation leads to a page that exists, at the address of the docs", () => {
  for (const { page } of situations) {
    expect([page, existsSync(join(docs, page))]).toEqual([page, true]);
    expect(body).toContain(`https://docs.example.org/fleet/${page}`);
  }
});
