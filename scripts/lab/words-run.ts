// `npm run words-run`: many messages through the topic, three subscribers and workers that die, judged word by word.
import { Command, CommanderError } from "commander";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { wholeNumberFrom } from "../cli/number-options.ts";
import { generateMessages, readLogs } from "./words-run/messages.ts";
import { run } from "./words-run/run.ts";

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
  const options = new Command("words-run")
    .description("Says many things in many channels while workers die, and compares every word's count.")
    .option(
      "--messages <count>",
      "messages, or at most so many lines of logs",
      wholeNumberFrom(1, 1_000_000),
      20_000,
    )
    .option("--channels <count>", "channels of generated messages", wholeNumberFrom(1, 10_000), 50)
    .option("--workers <count>", "worker processes", wholeNumberFrom(1, 20), 3)
    .option(
      "--kill-seconds <seconds>",
      "a worker is killed this often (0: never)",
      wholeNumberFrom(0, 3600),
      4,
    )
    .option("--seed <number>", "what everything generated follows from", wholeNumberFrom(0, 2 ** 31), 1)
    .option("--logs <folder>", "chat logs to say instead of generated messages")
    .option("--json", "one line of JSON", false)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<Arguments>();
  const { logs, messages, workers, killSeconds, seed, json } = options;
  const said = logs === undefined ? generateMessages(options) : await readLogs(logs, messages);
  const progress = (line: string) => process.stderr.write(`words-run: ${line}\n`);
  const report = await run({ said, workers, killSeconds, seed, progress, patienceSeconds: 180 });
  console.log(json ? JSON.stringify(report) : JSON.stringify(report, null, 2));
  return report.wrong === 0 && report.deadLetters === 0 && report.unlogged === 0 ? 0 : 1;
}

try {
  process.exitCode = await wordsRun(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error instanceof InvalidSettings ? `words-run: ${error.message}` : error);
    process.exitCode = error instanceof InvalidSettings ? 2 : 1;
  }
}
