// Begins a worker's life: reads settings and arguments, starts the sandbox, then loads what receives messages and lets the worker live
// until it has drained. What is imported here is loaded before the sandbox's first child is started, so it is little.
import type { Logger } from "pino";
import type { StartedSandbox } from "../engine/sandbox/create-sandbox.ts";
import type { Launcher } from "../engine/sandbox/launch-request.ts";
import { SandboxNotConfined } from "../engine/sandbox/missing-confinement.ts";
import type { JobKind } from "../jobs/catalog.ts";
import { createDecodeSandbox } from "../jobs/sandbox/decode-sandbox.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "./command.ts";
import { clockOf, readConfig, type WorkerConfig } from "./config.ts";
import { Metrics } from "./metrics.ts";
import { createOutput } from "./output.ts";

/** As `runWorker`, with what confines children here. */
export async function begin(
  args: string[],
  env: NodeJS.ProcessEnv,
  launcher: Promise<Launcher>,
): Promise<number> {
  return runCommand("worker", async () => {
    const config = readConfig(env, readArguments(args, env));
    const { log, print } = createOutput({ level: config.LOG_LEVEL, base: { worker: config.workerId } });
    const clock = clockOf(config);
    const { FLEET_NAME: fleet, FLEET_VERSION: version } = config;
    const metrics = new Metrics({ fleet, version, now: clock.now, print });
    // The first child starts on another core while this process loads the rest of what receives messages.
    const { sandbox } = await launchSandbox(config, log, metrics, await launcher);
    const { live } = await import("./live.ts");
    await live({ config, clock, log, metrics, sandbox });
    return exitCodes.done;
  });
}

function readArguments(args: string[], env: NodeJS.ProcessEnv): { jobs?: string } {
  const command = createCommand("worker")
    .description("Works on the queues of FLEET_NAME until it is interrupted.")
    .option("--jobs <kinds>", "job kinds to work on, comma separated (default: all)");
  return readCommand(command, args, env).opts();
}

/** Tasks that children load as soon as they serve, so that the first picture or mail is as fast as later ones. */
const preloaded: Readonly<Partial<Record<JobKind, string>>> = {
  "resize-image": "decode-image",
  "parse-mail": "parse-mail",
  "store-file": "detect-type",
};

/**
 * Resolves when the first child has been launched, or could not be; `sandbox` then says how it went. (It is wrapped, since a promise
 * that resolves with another waits for it.)
 */
async function launchSandbox(
  config: WorkerConfig,
  log: Logger,
  metrics: Metrics,
  found: Launcher,
): Promise<{ sandbox: Promise<StartedSandbox> }> {
  const preload = config.kinds.flatMap((kind) => preloaded[kind] ?? []);
  const confinementRequired = config.FLEET_SANDBOX === "required";
  const launched = Promise.withResolvers<void>();
  const launcher: Launcher = {
    ...found,
    wrap: (request) => {
      launched.resolve();
      return found.wrap(request);
    },
  };
  const options = { size: config.FLEET_DECODERS, log, preload, confinementRequired, launcher };
  const sandbox = createDecodeSandbox(options).catch((error: unknown) => {
    if (error instanceof SandboxNotConfined) metrics.refused(error.missing);
    throw error;
  });
  const over = () => launched.resolve();
  sandbox.then(over, over);
  await launched.promise;
  return { sandbox };
}
