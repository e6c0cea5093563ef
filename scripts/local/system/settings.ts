// The command line of `npm run local`. It is checked before anything starts.
import { InvalidArgumentError } from "commander";
import * as z from "zod";
import { checked } from "../../../triggers/shared/config.ts";
import { type FileSettings, fileEnvironment, fileSettingsOf } from "../../../worker/jobs/files/settings.ts";
import { createCommand, readCommand } from "../../../worker/process/command.ts";
import { numberFrom, wholeNumberFrom } from "../../cli/number-options.ts";

/** The chosen settings. */
export type LocalSettings = {
  port: number;
  webPort: number;
  /** Of the sign-in beside the pages; a free one unless given. */
  signInPort?: number;
  smtpPort: number;
  awsPort: number;
  data?: string;
  fleet: string;
  maxWorkers: number;
  minWorkers: number;
  /** How long jobs may wait before another worker starts, seconds. */
  targetWait: number;
  json: boolean;
  /** Address of a DynamoDB that runs already; one of its own unless given. */
  dynamoEndpoint?: string;
  /** File sharing; the usual settings unless given. */
  files?: FileSettings;
};

function fleetName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError("It must have 1 to 32 lower-case letters, digits and inner hyphens.");
  return text;
}

/** Reads the arguments. Throws CommanderError after its message has been printed. */
export function readLocalSettings(args: string[]): LocalSettings {
  const port = wholeNumberFrom(0, 65_535);
  const command = createCommand("local")
    .description("Runs the whole system on this machine. Everything listens on 127.0.0.1; Ctrl-C ends it.")
    .option("--port <port>", "console (0 picks a free one)", port, 8080)
    .option("--web-port <port>", "people's pages (0 picks a free one)", port, 8090)
    .option("--sign-in-port <port>", "sign-in of the pages (0 picks a free one)", port, 0)
    .option("--smtp-port <port>", "SMTP (0 picks a free one)", port, 2525)
    .option("--aws-port <port>", "AWS endpoint (0 picks a free one)", port, 4566)
    .option("--data <dir>", "keep the state in this folder across restarts (default: in memory)")
    .option("--fleet <name>", "name of the fleet", fleetName, "fifo-fleet")
    .option("--max-workers <count>", "maximum number of worker processes", wholeNumberFrom(1, 20), 2)
    .option(
      "--min-workers <count>",
      "worker processes that run even when no job waits",
      wholeNumberFrom(0, 20),
      0,
    )
    .option(
      "--target-wait <seconds>",
      "how long jobs may wait before more workers start",
      numberFrom(1, 3600),
      5,
    )
    .option("--json", "print the ready line as JSON", false);
  return readCommand(command, args).opts<LocalSettings>();
}

/**
 * The settings of file sharing, from the same variables as in the cloud. The workers read them themselves.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readFileSettings(env: NodeJS.ProcessEnv): FileSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  return fileSettingsOf(checked(z.object(fileEnvironment), given));
}
