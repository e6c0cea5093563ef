// One run of `npm run console`: arguments, the fleet, the pages until Ctrl-C.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { FleetError } from "../../worker/fleet/errors.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "../../worker/process/command.ts";
import { type Fleet, withFleet } from "../cli/fleet.ts";
import { wholeNumberFrom } from "../cli/number-options.ts";
import type { Jobs } from "../queues/subcommand.ts";
import { readCapacity } from "../status/capacity.ts";
import { agesInCloudWatch } from "../status/queue-ages.ts";
import { readTerminations } from "../status/terminations.ts";
import { createConsole } from "./app.ts";
import { createPresigner } from "./results/presign.ts";
import { type ServedConsole, serveConsole } from "./serve.ts";

/** Where the command reads and writes. */
export type ConsoleEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: Pick<NodeJS.WritableStream, "write">;
  stderr: Pick<NodeJS.WritableStream, "write">;
  /** The user name on this machine. */
  user: () => string;
  jobs: Jobs;
  /** Resolves when the console shall end. */
  ended: Promise<void>;
};

type Options = { port: number; readOnly: boolean; aws: boolean; json: boolean };

/** The port cannot be listened on. */
export class PortUnusable extends FleetError {}

/** Serves the pages until `ended`. Resolves to the exit code: 0, 1 failed, 2 bad arguments or settings. */
export function runConsole(args: readonly string[], environment: ConsoleEnvironment): Promise<number> {
  const run = async () => {
    const options = readArguments(args, environment);
    return withFleet(environment.env, options, async (target) => {
      const served = await serve(target, options, environment);
      environment.stdout.write(`${lineOf(target, options, served)}\n`);
      await environment.ended;
      await served.close();
      return exitCodes.done;
    });
  };
  return runCommand("console", run, environment);
}

function readArguments(args: readonly string[], environment: ConsoleEnvironment): Options {
  const command = createCommand("console", environment)
    .description("The operator's pages of a fleet, on 127.0.0.1 only: see it and steer it. Ctrl-C ends them.")
    .option("--port <port>", "where they listen (0 picks a free port)", wholeNumberFrom(0, 65_535), 8081)
    .option("--read-only", "refuse every action", false)
    .option("--aws", "the fleet on AWS, with the region and credentials of the environment", false)
    .option("--json", "print the line that says the address as JSON", false)
    .addHelpText(
      "after",
      `
Without --aws and without AWS_ENDPOINT_URL it shows the local system at http://127.0.0.1:4566.
FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 ended, 1 failed, 2 bad arguments.`,
    );
  return readCommand(command, args, environment.env).opts<Options>();
}

async function serve(
  target: Fleet,
  options: Options,
  environment: ConsoleEnvironment,
): Promise<ServedConsole> {
  const { settingsFor, names, db, s3, where } = target;
  const { stderr, jobs, user } = environment;
  const sqs = new SQSClient({ ...settingsFor("SQS"), useQueueUrlAsEndpoint: false });
  const cloudWatch = new CloudWatchClient(settingsFor("CLOUDWATCH"));
  const autoScaling = new AutoScalingClient(settingsFor("AUTO_SCALING"));
  const streams = new DynamoDBStreamsClient(settingsFor("DYNAMODB_STREAMS"));
  const once = tellOnce((text) => stderr.write(`console: ${text}\n`));
  const kinds = Object.keys(jobs);
  // A missing fleet is reported before anything listens.
  await sqs.send(new GetQueueUrlCommand({ QueueName: queueName(names.fleet, kinds[0] ?? "") }));
  const app = createConsole({
    clients: { sqs, db, cloudWatch },
    names,
    kinds,
    where,
    readOnly: options.readOnly,
    acting: { jobs, by: user(), now: Date.now, autoScaling, streams },
    periodSeconds: where === "AWS" ? 60 : 10,
    ageOfOldest: agesInCloudWatch(cloudWatch, {
      onUnknown: (error) => once(`ages are unknown: ${firstLine(error)}`),
      now: Date.now,
    }),
    instances: () =>
      readCapacity(autoScaling, names.fleet).catch((error: unknown) => {
        if (options.aws) once(`instances are unknown: ${firstLine(error)}`);
        return undefined;
      }),
    terminations: () =>
      readTerminations(autoScaling, names.fleet).catch((error: unknown) => {
        if (options.aws) once(`interruptions are unknown: ${firstLine(error)}`);
        return undefined;
      }),
    presign: await createPresigner(s3, names),
    takesUploads: false,
    onError: (error) => once(firstLine(error)),
  });
  return serveConsole(app, options.port).catch((error: unknown) => {
    throw new PortUnusable(
      `port ${options.port} cannot be used (${firstLine(error)}); --port names another`,
      {
        cause: error,
      },
    );
  });
}

const firstLine = (error: unknown): string => String(error).split("\n")[0] ?? "";

/** Tells each text once: a page that renews itself would repeat it every two seconds. */
function tellOnce(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text) || told.size >= 100) return;
    told.add(text);
    tell(text);
  };
}

function lineOf({ names, where }: Fleet, { json, readOnly }: Options, { url }: ServedConsole): string {
  if (json) return JSON.stringify({ v: 1, ready: true, console: url, fleet: names.fleet, readOnly });
  return `The console of ${names.fleet} at ${where} is on ${url}${readOnly ? " (read-only)" : ""}. Ctrl-C ends it.`;
}
