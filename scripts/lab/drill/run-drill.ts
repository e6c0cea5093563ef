// The life of one drill: find the system, feed it, let it befall, wait for every outcome, read the log, report.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SQSClient } from "@aws-sdk/client-sqs";
import { CommanderError } from "commander";
import { FleetError, InvalidSettings } from "../../../worker/fleet/errors.ts";
import { checkFleet, NoFleet } from "../../cli/fleet.ts";
import { choosePlace } from "../../cli/place.ts";
import { ControlRefused, localControl } from "../../control/local-control.ts";
import { localEnvironment } from "../../local/cloud/identity.ts";
import { readStatus } from "../../status/status.ts";
import { chooseTarget } from "../../submit/target.ts";
import { type DrillArguments, readArguments } from "./arguments.ts";
import { drill } from "./drill.ts";
import { reportOf } from "./report.ts";

/** Where the command writes, and what stops it. */
export type DrillEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: Pick<NodeJS.WritableStream, "write">;
  stderr: Pick<NodeJS.WritableStream, "write">;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
};

/** Runs the command; resolves to the exit code. */
export async function runDrill(args: readonly string[], environment: DrillEnvironment): Promise<number> {
  const { stderr, signal } = environment;
  try {
    return await run(
      readArguments(args, (text) => stderr.write(text)),
      environment,
    );
  } catch (error) {
    if (signal.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InvalidSettings) {
      stderr.write(`drill: ${error.problems.join("\ndrill: ")}\n`);
      return 2;
    }
    stderr.write(`drill: ${error instanceof FleetError ? error.message : String(error)}\n`);
    return 1;
  }
}

async function run(
  asked: DrillArguments,
  { env, stdout, stderr, signal }: DrillEnvironment,
): Promise<number> {
  const place = choosePlace(env, { aws: false });
  const target = chooseTarget(env, { aws: false });
  const control = localControl(place.where);
  const { AWS_REGION: region, ...keys } = localEnvironment;
  const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
  const autoScaling = new AutoScalingClient({ region, credentials, endpoint: place.where });
  const sqs = new SQSClient({ ...place.settingsFor("SQS"), useQueueUrlAsEndpoint: false });
  try {
    await checkFleet(target);
    await control.fleet().catch((cause: unknown) => {
      if (!(cause instanceof ControlRefused)) throw cause;
      const text = `${place.where} has no fleet a drill can befall: drills are for the system of npm run local`;
      throw new NoFleet(text, { cause });
    });
    const announced = async (instance: string) => {
      const { workers } = await readStatus({ sqs, db: target.db }, { fleet: place.names.fleet, kinds: [] });
      return workers.find((worker) => worker.instance === instance)?.state;
    };
    const tell = (line: string) => void stderr.write(`drill: ${line}\n`);
    const result = await drill(asked, { target, control, autoScaling, announced, signal, tell });
    stdout.write(`${asked.json ? JSON.stringify(result) : reportOf(result)}\n`);
    return result.problems.length === 0 ? 0 : 1;
  } finally {
    for (const client of [target, autoScaling, sqs]) client.destroy();
  }
}
