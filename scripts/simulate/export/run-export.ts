// `npm run simulate -- export FILE`: the jobs of a running fleet as a trace of one's own.
import { writeFile } from "node:fs/promises";
import { FleetError, InvalidSettings } from "../../../worker/fleet/errors.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import {
  type CommandStreams,
  createCommand,
  readCommand,
  runCommand,
} from "../../../worker/process/command.ts";
import { withFleet } from "../../cli/fleet.ts";
import { counted, plural } from "../../cli/format.ts";
import { numberFrom } from "../../cli/number-options.ts";
import { csvOf, mostJobs } from "../traces/csv.ts";
import { endedJobs, TooManyJobs } from "./ended-jobs.ts";

export type ExportEnvironment = CommandStreams & { env: NodeJS.ProcessEnv };

type Options = { hours: number; aws: boolean };

/** The fleet has nothing to export, or too much, or the file cannot be written. */
class NotExported extends FleetError {}

/** Runs the command and returns its exit code: 0, 1 failed, 2 bad arguments. */
export function runExport(
  args: readonly string[],
  environment: ExportEnvironment,
  now: () => number = Date.now,
): Promise<number> {
  const run = async () => {
    const { file, options } = readArguments(args, environment);
    return withFleet(environment.env, options, async ({ db, names }) => {
      const since = now() - options.hours * 3_600_000;
      const place = { table: names.tables.jobs, kinds: jobKinds, since, most: mostJobs };
      const jobs = await endedJobs(db, place).catch((error: unknown) => {
        if (!(error instanceof TooManyJobs)) throw error;
        throw new NotExported(`${error.message} in ${options.hours} h; choose fewer hours with --hours`);
      });
      if (jobs.length === 0) throw new NotExported(`no job ended in the last ${options.hours} h`);
      await writeFile(file, csvOf(jobs)).catch((cause: unknown) => {
        throw new NotExported(
          `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`,
          {
            cause,
          },
        );
      });
      const kinds = new Set(jobs.map(({ kind }) => kind)).size;
      const text = `${counted(jobs.length, "job")} of ${counted(kinds, "kind")} ${plural(jobs.length, "is", "are")} in ${file}`;
      environment.stdout.write(
        `${text}; npm run simulate -- ${file} plays ${plural(jobs.length, "it", "them")}\n`,
      );
      return 0;
    });
  };
  return runCommand("simulate", run, environment);
}

function readArguments(args: readonly string[], environment: ExportEnvironment) {
  const program = createCommand("simulate export", environment)
    .description("Writes the jobs that a running fleet has done into a file that simulate reads.")
    .argument("<file>", "the file, which ends in .csv")
    .option("--hours <hours>", "jobs that ended in the last hours", numberFrom(0.01, 1440), 24)
    .option("--aws", "use the fleet on AWS, with the region and credentials of the environment", false)
    .addHelpText(
      "after",
      `
A job is as long as its last run. Groups are replaced by hashes, since they may name people.
FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 done, 1 failed, 2 bad arguments.`,
    );
  readCommand(program, args, environment.env);
  const [file = ""] = program.args;
  if (!file.endsWith(".csv")) throw new InvalidSettings([`"${file}" must end in .csv, as simulate reads it`]);
  return { file, options: program.opts<Options>() };
}
