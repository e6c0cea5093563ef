// One run of `npm run smoke`: submits a sample of each kind as `npm run submit --wait` does, and fails unless every one was
// completed with a result of its kind.
import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import { InvalidArgumentError } from "commander";
import { createCommand, exitCodes, readCommand, runCommand } from "../../worker/process/command.ts";
import { numberFrom } from "../cli/number-options.ts";
import { type SubmitLine, submitLineSchema } from "../submit/line.ts";
import { resultForPeople } from "../submit/results.ts";
import { runSubmit, type SubmitEnvironment } from "../submit/run-submit.ts";

const samples = resolve(import.meta.dirname, "../../docs/samples");

/** What is submitted, by kind. A text is new each time, so that its counts are its own. */
const inputs: Readonly<Record<SubmitLine["kind"], () => string[]>> = {
  image: () => [join(samples, "pictures/harbour.jpg")],
  mail: () => [join(samples, "mails/the-harbour.eml")],
  text: () => ["--text", `smoke smoke ${randomUUID()}`],
  file: () => [join(samples, "texts/lighthouse.txt")],
};

const kinds = Object.keys(inputs) as SubmitLine["kind"][];

type Arguments = { aws: boolean; mailBy: string; timeout: number; without: SubmitLine["kind"][] };

function kindsIn(text: string): SubmitLine["kind"][] {
  const named = text.split(",").map((part) => part.trim());
  const known = kinds.filter((kind) => named.includes(kind));
  if (known.length !== named.length || known.length === kinds.length)
    throw new InvalidArgumentError(`It takes some of ${kinds.join(", ")}, but not all.`);
  return known;
}

function readArguments(args: readonly string[], { env, ...streams }: SubmitEnvironment): Arguments {
  const command = createCommand("smoke", streams)
    .description(
      "Sends one picture, one mail, one text and one file through a running fleet and checks how each ends.",
    )
    .option("--aws", "the fleet on AWS, with the region and credentials of the environment")
    .option("--without <kinds>", "leave these out, e.g. text where the fleet has no Slack", kindsIn, [])
    .option("--mail-by <way>", "smtp or bucket, as of submit (default: bucket on AWS, else smtp)")
    .option("--timeout <seconds>", "how long to wait after the last submission", numberFrom(1, 3600), 900);
  readCommand(command, args, env);
  const {
    aws = false,
    mailBy,
    ...rest
  } = command.opts<Omit<Arguments, "aws" | "mailBy"> & Partial<Pick<Arguments, "aws" | "mailBy">>>();
  return { aws, mailBy: mailBy ?? (aws ? "bucket" : "smtp"), ...rest };
}

/** Runs the command and returns its exit code: 1 unless every sample was completed. */
export function runSmoke(args: readonly string[], environment: SubmitEnvironment): Promise<number> {
  return runCommand("smoke", () => smoke(readArguments(args, environment), environment), environment);
}

async function smoke(
  { aws, mailBy, timeout, without }: Arguments,
  environment: SubmitEnvironment,
): Promise<number> {
  const wanted = kinds.filter((kind) => !without.includes(kind));
  const lines: SubmitLine[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      for (const text of chunk.toString().split("\n").filter(Boolean))
        lines.push(submitLineSchema.parse(JSON.parse(text)));
      done();
    },
  });
  const submitted = [
    ...["--json", "--wait", "--timeout", String(timeout), "--mail-by", mailBy],
    ...(aws ? ["--aws"] : []),
    ...wanted.flatMap((kind) => inputs[kind]()),
  ];
  const code = await runSubmit(submitted, { ...environment, stdout });
  const problems = wanted.flatMap((kind) => problemOf(kind, lines));
  for (const line of lines)
    environment.stdout.write(`${line.kind.padEnd(6)}${line.outcome ?? "not submitted"}${detailOf(line)}\n`);
  for (const problem of code === exitCodes.badArguments ? [] : problems)
    environment.stderr.write(`smoke: ${problem}\n`);
  if (code !== exitCodes.done) return code;
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

const detailOf = ({ result, reason, seconds }: SubmitLine) =>
  `  ${result === null ? (reason ?? "") : resultForPeople(result)}  ${seconds.toFixed(1)} s`;

/** What is wrong with the outcome of a kind; nothing where it was completed with a result. */
function problemOf(kind: SubmitLine["kind"], lines: readonly SubmitLine[]): string[] {
  const line = lines.find((one) => one.kind === kind);
  if (line === undefined) return [`${kind}: nothing came back`];
  const { outcome, reason, result } = line;
  if (outcome !== "completed")
    return [`${kind}: ${outcome ?? "not submitted"}: ${reason ?? "no reason given"}`];
  return result === null ? [`${kind}: completed without a result: ${reason ?? "no reason given"}`] : [];
}
