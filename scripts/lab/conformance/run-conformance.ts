// The life of one `npm run conformance`: arguments, the rules against the endpoint, a table or JSON.
import { connect } from "node:net";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { exitCodes, runCommand } from "../../../worker/process/command.ts";
import { type ConformanceArguments, readArguments, usage } from "./arguments.ts";
import type { Rule } from "./rule.ts";
import { type Outcome, openSession, runRules } from "./run-rules.ts";

/** Nothing answers at the endpoint, so no rule can be checked. */
class NoEndpoint extends FleetError {}

/** Runs the command. Resolves to the exit code: 0 every rule passes or is skipped, 1 one differs, 2 bad arguments. */
export function runConformance(args: string[]): Promise<number> {
  return runCommand("conformance", async () => {
    const asked = readArguments(args);
    if (asked.mode === "check") return check(asked);
    if (asked.mode === "help") console.log(usage);
    else for (const rule of asked.chosen) console.log(asked.json ? listedJson(rule) : listed(rule));
    return exitCodes.done;
  });
}

async function check({
  endpoint,
  region,
  chosen,
  slow,
  parallel,
  json,
}: Extract<ConformanceArguments, { mode: "check" }>): Promise<number> {
  await reach(endpoint);
  const dummy = process.env.AWS_ACCESS_KEY_ID === undefined && process.env.AWS_PROFILE === undefined;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const session = await openSession({ endpoint, region, ...(dummy && { credentials }) });
  const onOutcome = (outcome: Outcome) => console.log(asJson(outcome));
  const outcomes = await runRules(session, chosen, { slow, parallel, ...(json && { onOutcome }) });
  session.close();
  const count = (result: Outcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  if (!json) {
    for (const outcome of outcomes) console.log(asLine(outcome));
    console.log(`\n${count("pass")} pass, ${count("differs")} differ, ${count("skipped")} skipped`);
  }
  return count("differs") > 0 ? 1 : 0;
}

/** @throws NoEndpoint when nothing accepts connections there: all rules would fail for that reason */
async function reach(endpoint: string): Promise<void> {
  const { hostname, port, protocol } = new URL(endpoint);
  const socket = connect(
    Number(port) || (protocol === "https:" ? 443 : 80),
    hostname.replace(/^\[|\]$/g, ""),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new NoEndpoint(`nothing answers at ${endpoint} (${reason})`, { cause });
  } finally {
    socket.destroy();
  }
}

const listed = ({ id, statement, source, slow }: Rule) =>
  `${id}${slow ? " (slow)" : ""}\n  ${statement}\n  ${source}`;

const listedJson = ({ id, service, statement, source, slow }: Rule) =>
  JSON.stringify({ v: 1, rule: id, service, statement, source, slow: slow === true });

const asJson = ({ rule, result, seen, seconds }: Outcome) =>
  JSON.stringify({ v: 1, rule: rule.id, service: rule.service, result, ...(seen && { seen }), seconds });

const asLine = ({ rule, result, seen }: Outcome) =>
  `${result.padEnd(8)} ${rule.id.padEnd(46)} ${seen ?? rule.statement}`;
