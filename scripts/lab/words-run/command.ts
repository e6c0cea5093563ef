// `npm run lab -- words-run`: shows that every word of many messages is counted exactly once per subscriber, although workers
// die and messages are repeated around the deduplication window.
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { generateMessages, readLogs } from "./messages.ts";
import { run } from "./run-words.ts";

type Arguments = {
  messages: number;
  channels: number;
  workers: number;
  killSeconds: number;
  seed: number;
  logs?: string;
  json: boolean;
};

async function wordsRun(args: string[]): Promise<number> {
  const parsed = createCommand("words-run")
    .description("Sends many messages in many channels while workers die, and compares every word's count.")
    .option(
      "--messages <count>",
      "how many messages to send (with --logs: at most this many lines)",
      wholeNumberFrom(1, 1_000_000),
      20_000,
    )
    .option(
      "--channels <count>",
      "how many channels to generate messages for",
      wholeNumberFrom(1, 10_000),
      50,
    )
    .option("--workers <count>", "how many worker processes to run", wholeNumberFrom(1, 20), 3)
    .option(
      "--kill-seconds <seconds>",
      "how often a worker is killed (0: never)",
      wholeNumberFrom(0, 3600),
      4,
    )
    .option("--seed <number>", "seed of everything that is generated", wholeNumberFrom(0, 2 ** 31), 1)
    .option("--logs <folder>", "send the chat logs in this folder instead of generated messages")
    .option("--json", "print one line of JSON", false);
  const options = readCommand(parsed, args).opts<Arguments>();
  const { logs, messages, workers, killSeconds, seed, json } = options;
  const said = logs === undefined ? generateMessages(options) : await readLogs(logs, messages);
  const progress = (line: string) => process.stderr.write(`words-run: ${line}\n`);
  const report = await run({ said, workers, killSeconds, seed, progress, patienceSeconds: 180 });
  console.log(json ? JSON.stringify(report) : JSON.stringify(report, null, 2));
  return report.wrong === 0 && report.deadLetters === 0 && report.unlogged === 0 ? 0 : 1;
}

/** Runs the command. Resolves to the exit code: 0 every count is right, 1 one is not, 2 bad arguments. */
export function command(args: string[]): Promise<number> {
  return runCommand("words-run", () => wordsRun(args));
}
