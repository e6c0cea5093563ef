// `npm run drill`: finds the running system, feeds it, runs one drill, waits for every outcome, reads the log, reports.

import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SQSClient } from "@aws-sdk/client-sqs";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { exitCodes, runCommand } from "../../../worker/process/command.ts";
import { checkFleet, NoFleet } from "../../cli/fleet.ts";
import { choosePlace } from "../../cli/place.ts";
import { ControlRefused, localControl } from "../../control/local-control.ts";
import { localEnvironment } from "../../local/cloud/identity.ts";
import { readCapacity } from "../../status/capacity.ts";
import { readStatus } from "../../status/status.ts";
import { chooseTarget } from "../../submit/target.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { type DrillArguments, readArguments } from "./arguments.ts";
import { drill } from "./drill.ts";
import { fleetReportOf } from "./fleet-result.ts";
import { reportOf } from "./report.ts";

/** Runs the command. Resolves to the exit code. */
export function runDrill(args: readonly string[], environment: CommandEnvironment): Promise<number> {
  const { signal } = environment;
  const runUntilStopped = async () => {
    try {
      return await run(readArguments(args, environment), environment);
    } catch (error) {
      if (signal.aborted) return exitCodes.interrupted;
      throw error;
    }
  };
  return runCommand("drill", runUntilStopped, environment);
}

async function run(
  asked: DrillArguments,
  { env, stdout, stderr, signal }: CommandEnvironment,
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
      const text = `${place.where} has no fleet for drills: they need the system that npm run local starts`;
      throw new NoFleet(text, { cause });
    });
    const announced = async (instance: string) => {
      const { workers } = await readStatus({ sqs, db: target.db }, { fleet: place.names.fleet, kinds: [] });
      return workers.find((worker) => worker.instance === instance)?.state;
    };
    const progress = (line: string) => void stderr.write(`drill: ${line}\n`);
    const status = () =>
      readStatus(
        { sqs, db: target.db },
        {
          fleet: place.names.fleet,
          kinds: jobKinds,
          instances: () => readCapacity(autoScaling, place.names.fleet),
        },
      );
    const parts = { target, control, autoScaling, announced, status, signal, progress };
    const result = await drill(asked, parts);
    const text = () => ("worker" in result ? reportOf(result) : fleetReportOf(result));
    stdout.write(`${asked.json ? JSON.stringify(result) : text()}\n`);
    return result.problems.length === 0 ? 0 : 1;
  } finally {
    for (const client of [target, autoScaling, sqs]) client.destroy();
  }
}
