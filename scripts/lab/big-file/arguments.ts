// The arguments of `npm run lab -- big-file`.
import { InvalidArgumentError } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";

export type BigFileArguments = {
  /** Bytes of the file. */
  size: number;
  /** The most memory that a process may take, in MiB. */
  limit: number;
  /** Also packs the file into an archive and reads that with unzip and Python. */
  zip: boolean;
  json: boolean;
};

const mebibyte = 1024 ** 2;
const units: Readonly<Record<string, number>> = { M: mebibyte, G: 1024 * mebibyte };

/** Files up to 16 MiB go in one piece; 50 GiB is the usual limit of a file. */
const bounds = { least: 64 * mebibyte, most: 50 * 1024 * mebibyte };

function sizeFrom(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([MG])$/.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (units[unit] ?? Number.NaN));
  if (!(bytes >= bounds.least && bytes <= bounds.most))
    throw new InvalidArgumentError("It takes 64M to 50G, for example 500M or 6G.");
  return bytes;
}

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], streams: CommandStreams): BigFileArguments {
  const command = createCommand("big-file", streams)
    .description(
      "Sends a sparse file through a real browser with a reload in the middle, downloads it again, compares the bytes and watches the memory of every process.",
    )
    .option("--size <size>", "size of the file, 64M to 50G", sizeFrom, sizeFrom("6G"))
    .option("--limit <MiB>", "the most memory that one process may take", wholeNumberFrom(50, 100_000), 400)
    .option("--zip", "also pack the file, and read the archive with unzip and Python", false)
    .option("--json", "print one JSON object instead of tables", false)
    .addHelpText("after", "\nExit code: 0 everything held, 1 something did not hold, 2 bad arguments.");
  return readCommand(command, args).opts<BigFileArguments>();
}
