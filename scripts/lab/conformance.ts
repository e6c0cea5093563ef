// `npm run conformance`: states documented behaviours one by one and checks an endpoint against them.
import { parseArgs } from "node:util";
import type { Rule } from "./conformance/rule.ts";
import { rules } from "./conformance/rules.ts";
import { type Outcome, openSession, runRules } from "./conformance/run-rules.ts";

const usage = `usage: npm run conformance -- --endpoint URL [options]
  --endpoint URL       the endpoint to check, e.g. http://127.0.0.1:4566
  --only sqs|sns|s3    only the rules of one service (may be repeated)
  --rule ID            only this rule (may be repeated)
  --slow               also rules that need minutes where time cannot be advanced
  --parallel N         rules at a time, 1 to 64 (default 8)
  --region NAME        default: AWS_REGION, else us-east-1
  --json               one JSON object a rule instead of the table
  --list               print the rules and their sources, check nothing
Credentials are the SDK's (environment, profile); without any, made-up ones are used.
Exit code: 0 all pass or skipped, 1 a rule differs, 2 bad arguments.`;

function refuse(message: string): never {
  console.error(`conformance: ${message}`);
  process.exit(2);
}

function argumentsOf() {
  try {
    return parseArgs({
      options: {
        endpoint: { type: "string" },
        only: { type: "string", multiple: true, default: [] },
        rule: { type: "string", multiple: true, default: [] },
        slow: { type: "boolean", default: false },
        parallel: { type: "string", default: "8" },
        region: { type: "string", default: process.env.AWS_REGION ?? "us-east-1" },
        json: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function chosenRules(only: readonly string[], ids: readonly string[]): Rule[] {
  const services: readonly string[] = ["sqs", "sns", "s3"];
  const wrong = only.find((service) => !services.includes(service));
  if (wrong !== undefined) refuse(`--only: "${wrong}" is none of ${services.join(", ")}`);
  const unknown = ids.find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined) refuse(`--rule: there is no rule "${unknown}" (see --list)`);
  return rules.filter(
    ({ id, service }) =>
      (only.length === 0 || only.includes(service)) && (ids.length === 0 || ids.includes(id)),
  );
}

const asJson = ({ rule, result, seen, seconds }: Outcome) =>
  JSON.stringify({ v: 1, rule: rule.id, service: rule.service, result, ...(seen && { seen }), seconds });

const asLine = ({ rule, result, seen }: Outcome) =>
  `${result.padEnd(8)} ${rule.id.padEnd(46)} ${seen ?? rule.statement}`;

const given = argumentsOf();
if (given.help) {
  console.log(usage);
  process.exit(0);
}
const chosen = chosenRules(given.only, given.rule);
if (given.list) {
  for (const { id, service, statement, source, slow } of chosen) {
    const line = `${id}${slow ? " (slow)" : ""}\n  ${statement}\n  ${source}`;
    console.log(
      given.json ? JSON.stringify({ v: 1, rule: id, service, statement, source, slow: slow === true }) : line,
    );
  }
  process.exit(0);
}
if (given.endpoint === undefined || !URL.canParse(given.endpoint))
  refuse("--endpoint: must be a URL (see --help)");
const parallel = Number(given.parallel);
if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
  refuse("--parallel: must be a whole number from 1 to 64");

await fetch(given.endpoint, { signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
  const { code = "no answer" } = (error as { cause?: { code?: string } }).cause ?? {};
  console.error(`conformance: nothing answers at ${given.endpoint} (${code})`);
  process.exit(1);
});
const madeUp = process.env.AWS_ACCESS_KEY_ID === undefined && process.env.AWS_PROFILE === undefined;
const session = await openSession({
  endpoint: given.endpoint,
  region: given.region,
  ...(madeUp && { credentials: { accessKeyId: "local", secretAccessKey: "local" } }),
});
const outcomes = await runRules(session, chosen, {
  slow: given.slow,
  parallel,
  ...(given.json && { onOutcome: (outcome) => console.log(asJson(outcome)) }),
});
session.close();
if (!given.json) {
  for (const outcome of outcomes) console.log(asLine(outcome));
  const count = (result: Outcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  console.log(`\n${count("pass")} pass, ${count("differs")} differ, ${count("skipped")} skipped`);
}
process.exitCode = outcomes.some(({ result }) => result === "differs") ? 1 : 0;
