// `npm run lab -- cloud-check`: checks the cloud's parts without an account, one subcommand per proof. Prints a line per check.

import { InvalidArgumentError } from "commander";
import { createCommand, refuseFlagsOfNpm, runCommand } from "../../../worker/process/command.ts";
import { checkImage, type ImageRow } from "./image/check-image.ts";
import { docker, ociRuntime } from "./image/engines.ts";
import { checkLambdas, type LambdaRow } from "./lambda/check-lambdas.ts";
import { checkStacks } from "./stacks/check-stacks.ts";
import type { StackRow } from "./stacks/cloudformation.ts";

type LambdaOptions = { assembly: string; runtime: string; fleet: string; json: boolean };

/** Lambda allows 250 MB. Ours are far smaller. */
const mostBundleBytes = 1024 * 1024;

/** Runs the command. Resolves to the exit code: 0 every check passed, 1 one failed, 2 bad arguments. */
export async function runCloudCheck(args: string[]): Promise<number> {
  let code = 0;
  const program = createCommand("cloud-check").description("Checks the cloud's parts without an account.");
  program
    .command("lambda")
    .description(
      "Runs recorded events through the triggers' bundles under Lambda's runtime interface client.",
    )
    .requiredOption("--runtime <folder>", "a folder in which `npm install aws-lambda-ric` was run")
    .option("--assembly <folder>", "the folder that `npx cdk synth` wrote", "cdk.out")
    .option("--fleet <name>", "the fleet's name in the assembly", "fifo-fleet")
    .option("--json", "print one JSON line per event", false)
    .action(async (options: LambdaOptions) => {
      code = await lambda(options);
    });
  program
    .command("image")
    .description(
      "Runs the worker's image within the limits of an instance, against a local system: pictures, mails, SIGTERM.",
    )
    .requiredOption("--image <name>", "the built image")
    .option(
      "--engine <command>",
      "docker or podman; or crun or runc on an image in buildah's store (as root)",
      "docker",
    )
    .action(async ({ image, engine }: { image: string; engine: string }) => {
      const runs = /(^|\/)(crun|runc)$/.test(engine) ? ociRuntime(engine) : docker(engine);
      const onRow = ({ what, saw, ok }: ImageRow) => console.log(`${ok ? "ok  " : "FAIL"} ${what}: ${saw}`);
      const rows = await checkImage({ image, engine: runs, onRow });
      code = rows.every(({ ok }) => ok) ? 0 : 1;
    });
  program
    .command("stacks")
    .description(
      "Creates the synthesised stacks in an emulator's CloudFormation and runs the pipeline on what it created.",
    )
    .requiredOption("--endpoint <url>", "an emulator (moto) whose account is 000000000000", httpUrl)
    .option("--assembly <folder>", "the folder that `npx cdk synth` wrote", "cdk.out")
    .option("--fleet <name>", "the fleet's name in the assembly", "fifo-fleet")
    .action(async (options: { endpoint: string; assembly: string; fleet: string }) => {
      const onCheck = (what: string, saw: string, ok: boolean) =>
        console.log(`${ok ? "ok  " : "FAIL"} ${what}: ${saw}`);
      code = (await checkStacks({ ...options, onStack: (row) => console.log(stackLine(row)), onCheck }))
        ? 0
        : 1;
    });
  return runCommand("cloud-check", async () => {
    refuseFlagsOfNpm(program, args, process.env);
    await program.parseAsync(args, { from: "user" });
    return code;
  });
}

function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError("It takes a URL that starts with http:// or https://.");
}

async function lambda({ json, ...options }: LambdaOptions): Promise<number> {
  const onRow = (row: LambdaRow) => console.log(json ? JSON.stringify({ v: 1, ...row }) : lineOf(row));
  const { rows, sizes } = await checkLambdas({ ...options, onRow });
  const wrong = rows.filter(({ problem }) => problem !== undefined).length;
  const large = sizes.filter(({ bytes }) => bytes > mostBundleBytes);
  const summary = `${rows.length - wrong} of ${rows.length} events passed; largest bundle ${Math.max(...sizes.map(({ bytes }) => bytes))} bytes`;
  console.error(`cloud-check: ${summary}`);
  for (const { name, bytes } of large) console.error(`cloud-check: the bundle of ${name} has ${bytes} bytes`);
  return wrong + large.length === 0 ? 0 : 1;
}

function lineOf({ trigger, what, milliseconds, problem }: LambdaRow): string {
  return `${problem === undefined ? "ok  " : "FAIL"} ${trigger}: ${what} (${milliseconds} ms)${problem === undefined ? "" : `\n     ${problem}`}`;
}

function stackLine({ stack, resources, created, leftOut, withheld, refused }: StackRow): string {
  const listed = (intro: string, counts: Record<string, number>) => {
    const types = Object.entries(counts).map(([type, count]) => `${count} ${type}`);
    return types.length === 0 ? "" : `, ${intro} ${types.join(", ")}`;
  };
  const without = listed("without", leftOut) + listed("withheld", withheld);
  return `     ${stack}: ${created} of ${resources} resources${without}${refused === undefined ? "" : `; refused: ${refused}`}`;
}
