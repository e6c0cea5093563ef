// `npm run lab -- faults`: a proxy that injects faults in front of any endpoint, and counts them.

import { InvalidArgumentError } from "commander";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { numberFrom, wholeNumberFrom } from "../../cli/number-options.ts";
import { randomFaults } from "../campaign/faults/random-faults.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { startFront } from "./front.ts";

type Streams = Omit<CommandEnvironment, "env">;

type Options = { endpoint: string; port: number; seed: number; probability: number; json: boolean };

/** Serves until `signal` aborts. Resolves to the exit code: 0, 1 failed, 2 bad arguments. */
export function runFaults(args: readonly string[], environment: Streams): Promise<number> {
  const run = async () => {
    await serve(readArguments(args, environment), environment);
    return exitCodes.done;
  };
  return runCommand("faults", run, environment);
}

async function serve(options: Options, { stdout, signal }: Streams): Promise<void> {
  const { endpoint, port, seed, probability, json } = options;
  const faults: Record<string, number> = {};
  let requests = 0;
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1;
  };
  const inject = randomFaults({ probability, seed, isWorker: () => true, active: () => true, count });
  const front = await startFront({
    endpoint,
    port,
    rules: [
      (call) => {
        requests += 1;
        return inject(call);
      },
    ],
  });
  const tell = (line: Record<string, unknown>, text: string) =>
    stdout.write(`${json ? JSON.stringify({ v: 1, ...line }) : text}\n`);
  tell(
    { ready: true, aws: front.url, endpoint, seed, probability },
    `faults: ${front.url} forwards to ${endpoint}; each request is hit with probability ${probability}, seed ${seed}; Ctrl-C stops`,
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await front.close();
  const hit = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const kinds = Object.entries(faults)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, times]) => `\n  ${kind} ${times}`);
  tell({ requests, hit, faults }, `faults: ${hit} of ${requests} requests were hit${kinds.join("")}`);
}

/** @throws CommanderError for bad arguments (already reported) and, with exit code 0, for `--help` */
function readArguments(args: readonly string[], streams: Streams): Options {
  const command = createCommand("faults", streams)
    .description(
      "Listens in front of an endpoint that speaks the AWS API and injects faults into its requests.",
    )
    .requiredOption("--endpoint <url>", "the endpoint, e.g. http://127.0.0.1:4566", httpEndpoint)
    .option(
      "--port <port>",
      "port to listen on at 127.0.0.1; 0 takes a free one",
      wholeNumberFrom(0, 65_535),
      4577,
    )
    .option("--seed <seed>", "seed of the choice of faults", wholeNumberFrom(0, 2 ** 32 - 1), 1)
    .option("--probability <p>", "the probability that a request is hit", numberFrom(0, 1), 0.02)
    .option("--json", "print one JSON object at the start and one at the end", false)
    .addHelpText(
      "after",
      "\nFaults: a request is dropped before it is applied, applied but its answer lost or cut off, delayed, answered\n" +
        "with 500 or 503, throttled, or done twice; also transaction conflicts and refused heartbeats.\nPoint AWS_ENDPOINT_URL at it.",
    );
  return readCommand(command, args).opts<Options>();
}

function httpEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:")
    throw new InvalidArgumentError(
      "It takes http only: the signature covers the host a client calls, so no proxy can be put in front of AWS itself.",
    );
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search !== "")
    throw new InvalidArgumentError("It takes a URL such as http://127.0.0.1:4566.");
  return url.origin;
}
