// `npm run lab -- costs`: what the fleet costs at rest, for a hundred thousand inputs of each kind, at three loads, and on a bad
// day. Computed from the templates of a synthesis, counted calls (counts.json, or --count for a new count) and prices.ts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { countInputs } from "./count-inputs.ts";
import { type Counts, countedKinds, countsSchema } from "./counts.ts";
import { costOfInputs, type Part, restingMonth, total, workingMonth, worstDays } from "./month.ts";
import { lookedUpOn, priceTable } from "./prices.ts";
import { factsOf, readTemplates, type TemplateFacts } from "./template-facts.ts";

const root = resolve(import.meta.dirname, "../../..");
const countsFile = join(import.meta.dirname, "counts.json");

/** The cloud could not be synthesised. */
class NoTemplates extends FleetError {}

type Given = {
  count?: true;
  write?: true;
  json?: true;
  inputs: number;
  assembly?: string;
  maxInstances: number;
};

/** Runs the command. Resolves to the exit code. */
export const command = (args: string[]): Promise<number> =>
  runCommand("costs", async () => {
    const chosen = createCommand("costs")
      .description("Says what the fleet costs, from its templates, counted calls and a table of prices.")
      .option("--count", "count anew what an input of each kind takes, on a local system of its own")
      .option("--write", "keep that count for later runs")
      .option("--inputs <n>", "inputs of each kind in the count", wholeNumberFrom(1, 1000), 40)
      .option("--assembly <folder>", "templates that are synthesised already, instead of a synthesis")
      .option("--max-instances <n>", "instances of a stuck fleet", wholeNumberFrom(1, 100), 10)
      .option("--json", "one object instead of tables");
    const { count, write, json, inputs, assembly, maxInstances } = readCommand(chosen, args).opts<Given>();
    const counts = count
      ? await countAnew(inputs)
      : countsSchema.parse(JSON.parse(readFileSync(countsFile, "utf8")));
    if (count && write) writeFileSync(countsFile, `${JSON.stringify(counts, null, 2)}\n`);
    const costs = costsOf(
      assembly ? factsOf(readTemplates(assembly)) : factsOfSynthesis(),
      counts,
      maxInstances,
    );
    console.log(json ? JSON.stringify(costs) : tables(costs));
    return exitCodes.done;
  });

const countAnew = (inputs: number) =>
  countInputs({ inputs, idleSeconds: 30, onStep: (step) => console.error(`costs: counting ${step}`) });

function factsOfSynthesis(): TemplateFacts {
  const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-costs-"));
  try {
    const cdk = join(root, "node_modules/aws-cdk/bin/cdk");
    const { status, stderr } = spawnSync(process.execPath, [cdk, "synth", "--quiet", "--output", folder], {
      cwd: root,
      encoding: "utf8",
      // The app's own Node is the first in the path.
      env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
    });
    if (status !== 0) throw new NoTemplates(`cdk synth failed: ${stderr.trim()}`);
    return factsOf(readTemplates(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Inputs a day, of all four kinds together. */
const loads = [1000, 10_000, 100_000];

type Costs = ReturnType<typeof costsOf>;

function costsOf(facts: TemplateFacts, counts: Counts, maxInstances: number) {
  return {
    v: 1,
    prices: lookedUpOn,
    counted: counts.on,
    perHundredThousand: Object.fromEntries(
      countedKinds.map((kind) => [kind, costOfInputs(kind, 100_000, counts)]),
    ),
    atRest: restingMonth(facts),
    months: loads.map((inputsADay) => ({ inputsADay, parts: workingMonth(facts, counts, inputsADay) })),
    worstDays: worstDays(counts, maxInstances),
    counts,
  };
}

const dollars = (amount: number) => amount.toFixed(2);
const table = (heads: string[], rows: string[][]) =>
  [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const listed = (parts: readonly Part[]) => [
  ...parts.map(({ what, dollars: amount }) => [what, dollars(amount)]),
  ["**sum**", `**${dollars(total(parts))}**`],
];

/** Rows that have a column for each of some lists of parts. */
function beside(lists: readonly (readonly Part[])[]): string[][] {
  const names = [...new Set(lists.flat().map(({ what }) => what))];
  const cell = (parts: readonly Part[], name: string) =>
    dollars(parts.find(({ what }) => what === name)?.dollars ?? 0);
  return [
    ...names.map((name) => [name, ...lists.map((parts) => cell(parts, name))]),
    ["**sum**", ...lists.map((parts) => `**${dollars(total(parts))}**`)],
  ];
}

function tables({ perHundredThousand, atRest, months, worstDays: worst, counts }: Costs): string {
  const kinds = [...countedKinds];
  const taken = Object.keys(counts.perInput.picture) as (keyof Counts["perInput"]["picture"])[];
  return [
    `Dollars, list prices of us-east-1 of ${lookedUpOn}; calls counted on ${counts.on} over ${counts.inputs} inputs of each kind.`,
    "## A month at rest",
    table(["", "dollars"], listed(atRest)),
    "## A hundred thousand of each kind, without what costs by the month",
    table(["", ...kinds], beside(kinds.map((kind) => perHundredThousand[kind] ?? []))),
    "## A month by inputs a day, a quarter of each kind",
    table(
      ["", ...months.map(({ inputsADay }) => inputsADay.toLocaleString("en-US"))],
      beside(months.map(({ parts }) => parts)),
    ),
    "## A bad day",
    table(
      ["", "dollars"],
      worst.map(({ what, dollars: amount }) => [what, dollars(amount)]),
    ),
    "## What one input takes",
    table(
      ["", ...kinds],
      taken.map((name) => [name, ...kinds.map((kind) => counts.perInput[kind][name].toFixed(2))]),
    ),
    "## Prices",
    table(
      ["for one", "dollars", "seen at"],
      Object.values(priceTable).map(({ per, dollars: amount, seen }) => [
        per,
        String(Number(amount.toPrecision(3))),
        seen,
      ]),
    ),
  ].join("\n\n");
}
