// The life of `npm run local`: arguments, log, start, ready line, wait for Ctrl-C, stop.
import { pino } from "pino";
import pretty from "pino-pretty";
import { exitCodes, runCommand } from "../../../worker/process/command.ts";
import { policyInWords } from "../fleet/pace.ts";
import { readyLine } from "./ready.ts";
import { type LocalSettings, readFileSettings, readLocalSettings } from "./settings.ts";
import { type LocalSystem, startSystem } from "./system.ts";

/** Runs the local system until it is interrupted; resolves to the exit code. */
export async function runLocal(args: string[]): Promise<number> {
  return runCommand("local", () =>
    runUntilInterrupted({ ...readLocalSettings(args), files: readFileSettings(process.env) }),
  );
}

async function runUntilInterrupted(settings: LocalSettings): Promise<number> {
  const interrupted = onInterrupt();
  const system = await startSystem(settings, logTo(settings));
  console.log(settings.json ? readyJson(settings, system) : welcome(settings, system));
  await interrupted;
  if (!settings.json) console.log("\nstopping: workers finish their jobs or return the messages they hold");
  await system.close();
  return exitCodes.done;
}

/** Resolves at the first signal to stop; the second one ends the process at once. */
function onInterrupt(): Promise<void> {
  const interrupted = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    interrupted.resolve();
    if (signals > 1) process.exit(1);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  return interrupted.promise;
}

/** Logs go to standard error. With --json, standard output has JSON lines only. */
function logTo({ json }: LocalSettings) {
  const level = process.env.LOG_LEVEL ?? "info";
  const options = { level, base: undefined };
  if (json) return pino(options, pino.destination(2));
  const ignore = "time,pid,hostname,level,traceId,v,receiveCount,group";
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore, singleLine: true, colorize: process.stderr.isTTY }),
  );
}

/** The ready line, and who can sign in. Only whoever started the system gets the passwords. */
function readyJson({ fleet }: LocalSettings, system: LocalSystem): string {
  const people = system.people.map(({ name, address, password, groups }) => {
    return { name, address, password, admin: groups.includes("admins") };
  });
  return JSON.stringify({ ...readyLine(fleet, system), people });
}

function welcome(settings: LocalSettings, system: LocalSystem): string {
  const { consoleUrl, awsUrl, apiUrl, webUrl, smtp, people } = system;
  const signIns = people.map(({ address, password, groups }) => {
    return `${address.padEnd(18)} ${password}${groups.includes("admins") ? "   (admin)" : ""}`;
  });
  return `
FIFO Fleet is ready.

  Pages         ${webUrl}
  Sign in as    ${signIns.join(`\n${" ".repeat(16)}`)}
  Console       ${consoleUrl}
  AWS endpoint  ${awsUrl}   region eu-west-1, access key id and secret: local
  HTTP API      ${apiUrl}   Slack posts to /slack/messages
  Mail (SMTP)   ${smtp}
  Workers       ${policyInWords(settings)}
  State         ${settings.data === undefined ? "in memory (keep it with --data DIR)" : `in ${settings.data}`}

Drop a picture on the console, or from another terminal:

  npm run submit -- docs/samples/pictures --wait

Ctrl-C ends everything.
`;
}
