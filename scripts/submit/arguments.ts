// The arguments of `npm run submit`.
import { InvalidArgumentError, Option } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../worker/process/command.ts";
import { numberFrom } from "../cli/number-options.ts";
import type { Quoting } from "./mail/mailbox.ts";

/** The arguments; no file has been looked at yet. */
export type SubmitArguments = {
  paths: string[];
  text: string | undefined;
  album: string;
  wait: boolean;
  timeout: number;
  json: boolean;
  concurrency: number;
  aws: boolean;
  /** `HOST:PORT` of the mail server; the local system announces its own. */
  smtp: string | undefined;
  /** How mails are sent in: through a mail server, or stored and enqueued as SES and its trigger would. */
  mailBy: "smtp" | "bucket";
  /** The recipient of mails, instead of those their headers name. */
  to: string | undefined;
  mboxQuoting: Quoting;
  /** Id of the person who gets files that are neither pictures nor mails. */
  owner: string;
};

const mostConcurrency = 16;

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(
  args: readonly string[],
  { env, ...streams }: CommandStreams & { env: NodeJS.ProcessEnv },
): SubmitArguments {
  const command = createCommand("submit", streams)
    .description("Submits files to a running fleet the way its users do, and reports the outcome of each.")
    .argument(
      "[files...]",
      "pictures, mails (.eml), mailboxes (mbox), any other files, or directories of them (recursive)",
    )
    .option("--dir <directory>", "a directory of files; may be repeated", collect)
    .option("--text <text>", "a text whose words are counted")
    .option("--album <album>", "first part of the pictures' keys", album, "inbox")
    .option("--wait", "wait for every outcome")
    .option("--timeout <seconds>", "how long to wait after the last submission", numberFrom(1, 86_400), 600)
    .option("--json", "print one line of JSON for every input")
    .option("--concurrency <n>", `submit this many inputs at once, 1 to ${mostConcurrency}`, concurrency, 4)
    .option("--smtp <host:port>", "the mail server (default: the local system's)", hostAndPort)
    .addOption(
      new Option("--mail-by <way>", "through a mail server, or into the bucket where SES stores mails")
        .choices(["smtp", "bucket"])
        .default("smtp"),
    )
    .option("--to <address>", "the recipient of mails (default: those in To and Cc)", mailAddress)
    .addOption(
      new Option("--mbox-quoting <variant>", "how mailboxes quote lines that begin with From")
        .choices(["rd", "o"])
        .default("rd"),
    )
    .option("--owner <person>", "id of the person who gets all other files", owner, "submit")
    .option("--aws", "use the fleet on AWS, with the region and credentials of the environment")
    .addHelpText("after", environmentHelp);
  readCommand(command, args, env);
  const {
    dir = [],
    text,
    smtp,
    to,
    wait = false,
    json = false,
    aws = false,
    ...rest
  } = command.opts<Given>();
  return { ...rest, text, smtp, to, wait, json, aws, paths: [...command.args, ...dir] };
}

const environmentHelp = `
Without --aws and without AWS_ENDPOINT_URL it talks to the local system at http://127.0.0.1:4566.
FLEET_NAME (fifo-fleet) and FLEET_BUCKET_SUFFIX choose the fleet.
Exit code: 0 every input was completed or rejected (without --wait: submitted), 1 some were not, 2 bad arguments,
130 interrupted.`;

/** What commander fills in: options without a default may be missing. */
type Given = Pick<SubmitArguments, "album" | "timeout" | "concurrency" | "mailBy" | "mboxQuoting" | "owner"> &
  Partial<Pick<SubmitArguments, "text" | "wait" | "json" | "aws" | "smtp" | "to">> & { dir?: string[] };

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function concurrency(text: string): number {
  const value = numberFrom(1, mostConcurrency)(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError("It takes a whole number.");
  return value;
}

function album(text: string): string {
  if (text.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new InvalidArgumentError("It takes a name, or names with single slashes between them.");
  return text;
}

function owner(text: string): string {
  if (text === "" || text.length > 256) throw new InvalidArgumentError("It takes 1 to 256 characters.");
  return text;
}

function hostAndPort(text: string): string {
  const [, port] = /^[A-Za-z0-9.-]+:(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new InvalidArgumentError("It takes HOST:PORT, e.g. 127.0.0.1:2525.");
  return text;
}

function mailAddress(text: string): string {
  if (!/^[^\s@<>,;:"()]{1,64}@[A-Za-z0-9.-]{1,255}$/.test(text))
    throw new InvalidArgumentError("It takes one mail address.");
  return text;
}
