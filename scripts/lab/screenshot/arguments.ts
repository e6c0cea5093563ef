// The arguments of `npm run lab -- screenshot`.
import { Command } from "commander";

export type ScreenshotArguments = { out: string };

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already printed) and, with exit code 0, for `--help`
 */
export function readArguments(
  args: readonly string[],
  complain: (text: string) => void,
): ScreenshotArguments {
  return new Command("screenshot")
    .description(
      "Starts a local system, lets it work for five minutes and takes the README's picture of its console.",
    )
    .option("--out <file>", "where the PNG is written", "docs/images/console.png")
    .addHelpText("after", "\nExit code: 0 written, 1 failed, 2 bad arguments.")
    .allowExcessArguments(false)
    .configureOutput({
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error:/, "screenshot:")),
    })
    .exitOverride()
    .parse([...args], { from: "user" })
    .opts();
}
