// The life of one `npm run faults`: arguments, a front that serves until it is told to stop, the counts.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { numberFrom, wholeNumberFrom } from "../../cli/number-options.ts";
import { sprinkle } from "../campaign/faults/sprinkle.ts";
import { startFront } from "./front.ts";

/** Where the command writes, and what ends it. */
export type FaultsEnvironment = {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  signal: AbortSignal;
};

type Options = { endpoint: string; port: number; seed: number; probability: number; json: boolean };

/** Serves until `signal` aborts; resolves to the exit code: 0, 1 failed, 2 bad arguments. */
export async function runFaults(args: readonly string[], environment: FaultsEnvironment): Promise<number> {
  try {
    await serve(readArguments(args, environment), environment);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    environment.stderr.write(`faults: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function serve(options: Options, { stdout, signal }: FaultsEnvironment): Promise<void> {
  const { endpoint, port, seed, probability, json } = options;
  const faults: Record<string, number> = {};
  let requests = 0;
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1;
  };
  const sprinkled = sprinkle({ probability, seed, isWorker: () => true, active: () => true, count });
  const front = await startFront({
    endpoint,
    port,
    rules: [
      (call) => {
        requests += 1;
        return sprinkled(call);
      },
    ],
  });
  const tell = (line: Record<string, unknown>, text: string) =>
    stdout.write(`${json ? JSON.stringify({ v: 1, ...line }) : text}\n`);
  tell(
    { ready: true, aws: front.url, endpoint, seed, probability },
    `faults: ${front.url} stands before ${endpoint}; each request is hit with a chance of ${probability}, seed ${seed}; Ctrl-C ends`,
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
  tell({ requests, hit, faults }, `faults: ${hit} of ${requests} requests hit${kinds.join("")}`);
}

/** @throws CommanderError for bad arguments (already written) and, with exit code 0, for `--help` */
function readArguments(args: readonly string[], { stdout, stderr }: FaultsEnvironment): Options {
  return new Command("faults")
    .description("Stands before an endpoint that speaks the AWS API and injects faults into its requests.")
    .requiredOption("--endpoint <url>", "the endpoint, e.g. http://127.0.0.1:4566", httpEndpoint)
    .option(
      "--port <port>",
      "where to listen on 127.0.0.1; 0 takes a free one",
      wholeNumberFrom(0, 65_535),
      4577,
    )
    .option("--seed <seed>", "what the choice of faults follows from", wholeNumberFrom(0, 2 ** 32 - 1), 1)
    .option("--probability <p>", "the chance of each request to be hit", numberFrom(0, 1), 0.02)
    .option("--json", "one JSON object at the start and one at the end", false)
    .addHelpText(
      "after",
      "\nFaults: dropped before it is applied, applied but its answer lost or cut off, delayed, 500 or 503, throttled,\n" +
        "done twice; also conflicts of transactions and refused heartbeats. Point AWS_ENDPOINT_URL at it.",
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, "faults:")),
    })
    .parse([...args], { from: "user" })
    .opts<Options>();
}

function httpEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:")
    throw new InvalidArgumentError(
      "It takes http only: the signature covers the host a client calls, so nothing can stand before AWS itself.",
    );
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search !== "")
    throw new InvalidArgumentError("It takes a URL such as http://127.0.0.1:4566.");
  return url.origin;
}
