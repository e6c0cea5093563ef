// A worker process whose sandbox children are hostile, for a test that runs it as an unprivileged user. It prints what
// became of every run, and of the innocent runs after it, as JSON lines; an exit before the last line is the defect.
// Arguments: a folder of its own, the level of confinement, and the attacks as JSON.
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pino from "pino";
import { createSandbox } from "../../worker/engine/sandbox/create-sandbox.ts";
import { probeLauncher } from "../../worker/engine/sandbox/launcher.ts";
import { SandboxFailure } from "../../worker/engine/sandbox/sandbox.ts";
import { shellLauncher } from "../../worker/engine/sandbox/shell-launcher.ts";

export type Attack = { act: string; [input: string]: unknown };

/** What became of an attack's runs, the innocent runs behind them, and the most memory used meanwhile. */
export type AttackReport = { outcomes: string[]; innocents: unknown[]; grownMegabytes: number };

const [temporaryParent = "", level = "", attacks = "[]"] = process.argv.slice(2);
const launchers = {
  strongest: probeLauncher,
  shell: () => shellLauncher(process.platform),
  bare: () => probeLauncher("unheard-of"),
};
const launcher = await launchers[level as keyof typeof launchers]();
if (launcher === undefined) throw new Error(`no launcher ${level}`);
const [size, spares] = [1, 0];
const sandbox = await createSandbox({
  size,
  spares,
  launcher,
  log: pino({ level: "silent" }),
  temporaryParent,
  childEntry: fileURLToPath(new URL("./sandbox-child.ts", import.meta.url)),
});
const limits = { deadlineMs: 1000, memoryBytes: 2 ** 29, outputBytes: 2 ** 23 };

async function run(input: Attack): Promise<unknown> {
  await using directory = await sandbox.directory();
  const signal = AbortSignal.timeout(20_000);
  // Attacks that write many files need their time; what they do afterwards has a deadline.
  const own = { ...limits, deadlineMs: input.act === "manyFiles" ? 30_000 : limits.deadlineMs };
  return await sandbox.run({ task: "hostile", input }, { directory, limits: own, signal });
}

const outcomeOf = (attack: Attack) =>
  run(attack).then(
    (value) => JSON.stringify(value),
    (error: unknown) => (error instanceof SandboxFailure ? error.reason : `raw ${String(error)}`),
  );

async function suffer(attack: Attack): Promise<AttackReport> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  const outcomes: string[] = [];
  // More runs than there are children: a pool that loses one each time has none left.
  for (let round = 0; round < size + spares + 1; round += 1) outcomes.push(await outcomeOf(attack));
  const innocents: unknown[] = [];
  for (let round = 0; round < size + spares + 1; round += 1) innocents.push(await outcomeOf({ act: "list" }));
  await delay(10);
  clearInterval(watching);
  return { outcomes, innocents, grownMegabytes: Math.round((most - before) / 2 ** 20) };
}

for (const attack of JSON.parse(attacks) as Attack[])
  process.stdout.write(`${JSON.stringify(await suffer(attack))}\n`);
await sandbox.close();
