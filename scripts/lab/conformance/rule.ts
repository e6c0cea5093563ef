// A conformance rule: one documented behaviour as data, with the calls that show it. Rules use an endpoint only through the
// AWS SDK, so they apply to the local cloud, to other emulators and to AWS.
import { isDeepStrictEqual } from "node:util";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";

export type RuleService = "sqs" | "sns" | "s3";

export type Rule = {
  /** Stable kebab-case name that starts with the service: `sqs-group-blocked-while-in-flight`. */
  id: string;
  service: RuleService;
  /** One sentence that states the observable fact. */
  statement: string;
  /** Title of the documentation page that says so. */
  source: string;
  /** Takes minutes: runs only where time can be advanced, or with `--slow`. */
  slow?: boolean;
  /** Throws `Difference` when the endpoint behaves otherwise. */
  run: (context: RuleContext) => Promise<void>;
};

export type RuleContext = {
  endpoint: string;
  region: string;
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  /** Makes a unique name of lower-case letters, digits and hyphens that starts with `prefix`. */
  name: (prefix: string) => string;
  /** Lets this much time pass: at once on a virtual clock, otherwise by waiting. */
  wait: (seconds: number) => Promise<void>;
  /** Whether time stands still between calls of `wait`. A long poll would then never end by itself. */
  virtualTime: boolean;
  /** Registers a clean-up that runs after the rule, last first. Its failures are ignored. */
  later: (cleanUp: () => Promise<unknown>) => void;
};

/** The endpoint behaves otherwise than the rule says. */
export class Difference extends Error {
  override name = "Difference";
}

/** Throws `Difference` unless `seen` deeply equals `expected`. `what` names the observation. */
export function expectSeen(what: string, seen: unknown, expected: unknown): void {
  if (isDeepStrictEqual(seen, expected)) return;
  throw new Difference(`${what}: expected ${shown(expected)}, saw ${shown(seen)}`);
}

/** Throws `Difference` unless the call fails with one of these errors, or with any when none are named. */
export async function expectRefusal(what: string, call: Promise<unknown>, ...names: string[]): Promise<void> {
  const seen = await call.then(
    () => "success",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  if (seen === "success" || (names.length > 0 && !names.includes(seen))) {
    throw new Difference(
      `${what}: expected refusal${names.length ? ` (${names.join(" or ")})` : ""}, saw ${seen}`,
    );
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
