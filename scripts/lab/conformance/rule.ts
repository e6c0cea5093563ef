// What a conformance rule is: one documented behaviour as data, with the calls that show it. Rules see an endpoint
// through the AWS SDK and nothing else, so they hold for the local cloud, for other emulators and for AWS.
import { isDeepStrictEqual } from "node:util";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";

export type RuleService = "sqs" | "sns" | "s3";

export type Rule = {
  /** Stable kebab-case name, beginning with the service: `sqs-group-blocked-while-in-flight`. */
  id: string;
  service: RuleService;
  /** One sentence that states the observable fact. */
  statement: string;
  /** Title of the documentation page that says so. */
  source: string;
  /** Needs minutes: runs where time can be advanced, or with `--slow`. */
  slow?: boolean;
  /** Throws `Difference` when something else was seen. */
  run: (context: RuleContext) => Promise<void>;
};

export type RuleContext = {
  endpoint: string;
  region: string;
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  /** A name nothing else uses, of lower-case letters, digits and hyphens, beginning with `prefix`. */
  name: (prefix: string) => string;
  /** Lets so much time pass: on a virtual clock at once, otherwise by waiting. */
  wait: (seconds: number) => Promise<void>;
  /** Whether time stands still between calls of `wait`; then a long poll would never end by itself. */
  virtualTime: boolean;
  /** Runs after the rule, last first; its failures are ignored. */
  later: (cleanUp: () => Promise<unknown>) => void;
};

/** The endpoint behaved otherwise than the rule says. */
export class Difference extends Error {
  override name = "Difference";
}

/** Throws `Difference` unless `seen` equals `expected` deeply; `what` names the observation. */
export function expectSeen(what: string, seen: unknown, expected: unknown): void {
  if (isDeepStrictEqual(seen, expected)) return;
  throw new Difference(`${what}: expected ${shown(expected)}, saw ${shown(seen)}`);
}

/** Throws `Difference` unless the call fails; returns the error's name for a closer look. */
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
