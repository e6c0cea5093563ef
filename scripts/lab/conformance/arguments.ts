// The arguments of `npm run conformance`.
import { parseArgs } from "node:util";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import type { Rule } from "./rule.ts";
import { rules } from "./rules.ts";

/** What `--help` prints. */
export const usage = `usage: npm run conformance -- --endpoint URL [options]
  --endpoint URL       the endpoint to check, e.g. http://127.0.0.1:4566
  --only sqs|sns|s3    check only the rules of one service (may be repeated)
  --rule ID            check only this rule (may be repeated)
  --slow               also check rules that take minutes where time cannot be advanced
  --parallel N         rules checked at a time, 1 to 64 (default 8)
  --region NAME        default: AWS_REGION, else us-east-1
  --json               print one JSON object per rule instead of the table
  --list               print the rules and their sources, check nothing
Credentials are the SDK's (environment, profile); without any, dummy ones are used.
Exit code: 0 every rule passes or is skipped, 1 a rule differs, 2 bad arguments.`;

/** The parsed arguments: a list of rules, or an endpoint to check against them. */
export type ConformanceArguments = { chosen: readonly Rule[]; json: boolean } & (
  | { mode: "help" | "list" }
  | { mode: "check"; endpoint: string; region: string; slow: boolean; parallel: number }
);

function refuse(problem: string): never {
  throw new InvalidSettings([problem]);
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
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
  if (wrong !== undefined) refuse(`--only: "${wrong}" is not one of ${services.join(", ")}`);
  const unknown = ids.find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined) refuse(`--rule: no rule is called "${unknown}" (see --list)`);
  return rules.filter(
    ({ id, service }) =>
      (only.length === 0 || only.includes(service)) && (ids.length === 0 || ids.includes(id)),
  );
}

/** Reads the arguments. @throws InvalidSettings for bad ones */
export function readArguments(args: string[]): ConformanceArguments {
  const { endpoint, only, rule, slow, parallel, region, json, list, help } = parsed(args);
  if (help) return { mode: "help", chosen: [], json };
  const chosen = chosenRules(only, rule);
  if (list) return { mode: "list", chosen, json };
  if (endpoint === undefined || !URL.canParse(endpoint))
    return refuse("--endpoint: must be a URL (see --help)");
  const lanes = Number(parallel);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 64)
    return refuse("--parallel: must be a whole number from 1 to 64");
  return { mode: "check", chosen, json, endpoint, region, slow, parallel: lanes };
}
