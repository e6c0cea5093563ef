// The life of `npm run local`: arguments, log, start, ready line, wait for Ctrl-C, stop.
import { flushCompileCache } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import { type Logger, pino } from "pino";
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
  const system = await startSystem(settings, await logTo(settings));
  console.log(settings.json ? readyJson(settings, system) : welcome(settings, system));
  void prepare(system);
  await interrupted;
  if (!settings.json) console.log("\nstopping: workers finish their jobs or return the messages they hold");
  await system.close();
  return exitCodes.done;
}

/** How long it rests after the ready line before it prepares: whoever waited for that line comes first. */
const restMs = 1000;

/** Loads what the first people need, and writes compiled code for the next start, which may follow a kill. */
async function prepare({ loadSignIn }: LocalSystem): Promise<void> {
  await wait(restMs, undefined, { ref: false });
  await loadSignIn();
  flushCompileCache();
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
async function logTo({ json }: LocalSettings): Promise<Logger> {
  const level = process.env.LOG_LEVEL ?? "info";
  const options = { level, base: undefined };
  if (json) return pino(options, pino.destination(2));
  const { default: pretty } = await import("pino-pretty");
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
