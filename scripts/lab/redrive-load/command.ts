// `npm run lab -- redrive-load`: dead letters of many groups go back in portions while producers go on, and order holds.
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { type LoadReport, type LoadSize, redriveLoad } from "./redrive-load.ts";
import { startWorld } from "./world.ts";

/** Problems that are told. */
const shown = 10;

type Arguments = LoadSize & { json: boolean };

/** Runs the proof. Resolves to the exit code. */
export const command = (args: string[]): Promise<number> =>
  runCommand("redrive-load", async () => {
    const { json, ...size } = readArguments(args);
    const world = await startWorld();
    try {
      const report = await redriveLoad(world, size);
      print(report, size, json);
      return report.problems.length === 0 ? 0 : 1;
    } finally {
      await world.close();
    }
  });

function readArguments(args: string[]): Arguments {
  const described = createCommand("redrive-load")
    .description(
      "Sends dead letters of many groups back in portions, while producers enqueue to the same groups.",
    )
    .option("--letters <count>", "how many dead letters", wholeNumberFrom(1, 100_000), 500)
    .option("--groups <count>", "of how many message groups", wholeNumberFrom(1, 10_000), 40)
    .option("--portion <count>", "how many go back at a time", wholeNumberFrom(1, 500), 100)
    .option("--seed <number>", "which groups producers choose", wholeNumberFrom(0, 1_000_000_000), 1)
    .option("--json", "print one line of JSON", false)
    .addHelpText(
      "after",
      "\nExit code: 0 every job came once and in its group's order, 1 one did not, 2 bad arguments.",
    );
  return readCommand(described, args).opts<Arguments>();
}

function print({ problems, ...report }: LoadReport, size: LoadSize, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ v: 1, ...size, ...report, problems }));
    return;
  }
  console.log(
    `${size.letters} letters of ${size.groups} groups in portions of ${report.portions.join(", ")}; ` +
      `${report.produced} jobs were produced meanwhile, ${report.taken} were taken`,
  );
  for (const problem of problems.slice(0, shown)) console.log(problem);
  console.log(
    problems.length === 0 ? "every job came once, in its group's order" : `${problems.length} problems`,
  );
}
