// Runs rules against an endpoint. Each outcome is pass, differs (with what was seen) or skipped.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Rule, RuleContext } from "./rule.ts";

export type Outcome = { rule: Rule; result: "pass" | "differs" | "skipped"; seen?: string; seconds: number };

export type Target = {
  endpoint: string;
  region: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
};

export type RunOptions = {
  /** Also run rules that take minutes of real time. */
  slow?: boolean;
  /** Rules that run at a time. Always 1 where time is virtual, because rules advance it. */
  parallel?: number;
  /** Seconds of real time after which a rule counts as hanging. */
  timeoutSeconds?: number;
  onOutcome?: (outcome: Outcome) => void;
};

/** An open endpoint: the context that every rule gets a copy of. */
export type Session = Omit<RuleContext, "later"> & { close: () => void };

/** Creates the clients and finds out whether the endpoint's time can be advanced. */
export async function openSession({ endpoint, region, credentials }: Target): Promise<Session> {
  const settings = { endpoint, region, maxAttempts: 1, ...(credentials && { credentials }) };
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const virtualTime = await hasVirtualTime(endpoint);
  return {
    endpoint,
    region,
    sqs,
    sns,
    s3,
    virtualTime,
    name: (prefix) => `${prefix}-${randomBytes(6).toString("hex")}`,
    wait: (seconds) => (virtualTime ? advance(endpoint, seconds) : sleep(seconds * 1000)),
    close: () => {
      for (const client of [sqs, sns, s3]) client.destroy();
    },
  };
}

async function hasVirtualTime(endpoint: string): Promise<boolean> {
  try {
    const answer: unknown = await (await fetch(new URL("/_local/clock", endpoint))).json();
    return typeof answer === "object" && answer !== null && "virtual" in answer && answer.virtual === true;
  } catch {
    return false;
  }
}

async function advance(endpoint: string, seconds: number): Promise<void> {
  const body = JSON.stringify({ advanceMs: seconds * 1000 });
  const answer = await fetch(new URL("/_local/clock", endpoint), { method: "POST", body });
  if (!answer.ok) throw new Error(`the endpoint did not advance its clock: HTTP ${answer.status}`);
}

/** Runs one rule and its clean-ups. Throws what the rule throws. */
export async function runRule(session: Session, rule: Rule): Promise<void> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    await rule.run({ ...session, later: (cleanUp) => void cleanUps.push(cleanUp) });
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp().catch(() => {});
  }
}

/** Runs all rules. Resolves to their outcomes in the order of the rules. */
export async function runRules(
  session: Session,
  rules: readonly Rule[],
  { slow = false, parallel = 8, timeoutSeconds = 60, onOutcome }: RunOptions = {},
): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const queue = [...rules];
  const lane = async () => {
    for (let rule = queue.shift(); rule !== undefined; rule = queue.shift()) {
      const skip = rule.slow === true && !slow && !session.virtualTime;
      const outcome = skip
        ? ({ rule, result: "skipped", seen: "takes minutes: --slow", seconds: 0 } as const)
        : await judge(session, rule, rule.slow ? timeoutSeconds + 600 : timeoutSeconds);
      outcomes.set(rule.id, outcome);
      onOutcome?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: session.virtualTime ? 1 : parallel }, lane));
  return rules.flatMap(({ id }) => outcomes.get(id) ?? []);
}

async function judge(session: Session, rule: Rule, timeoutSeconds: number): Promise<Outcome> {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 10) / 100;
  const timeout = new AbortController();
  try {
    await Promise.race([
      runRule(session, rule),
      sleep(timeoutSeconds * 1000, undefined, { signal: timeout.signal }).then(() => {
        throw new Error(`not finished after ${timeoutSeconds} s`);
      }),
    ]);
    return { rule, result: "pass", seconds: seconds() };
  } catch (error) {
    return { rule, result: "differs", seen: seenOf(error), seconds: seconds() };
  } finally {
    timeout.abort();
  }
}

function seenOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.name === "Difference" ? error.message : `${error.name}: ${error.message}`;
  return text.replace(/\s+/g, " ").slice(0, 600);
}
