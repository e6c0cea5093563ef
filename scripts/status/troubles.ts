// The services that do not answer, as all workers of a fleet see them, and as a sentence.
import type { Trouble, WorkerStatus } from "./fleet-status.ts";

const names: Readonly<Record<string, string>> = {
  s3: "S3",
  sqs: "SQS",
  sns: "SNS",
  dynamodb: "DynamoDB",
  ses: "SES",
  ssm: "SSM",
};

/** One entry for each service that a worker is in trouble with, the oldest trouble first. */
export function troublesOf(workers: readonly WorkerStatus[]): Trouble[] {
  const all = workers.flatMap(({ troubles = [] }) => troubles);
  return [...Map.groupBy(all, ({ service }) => service).values()]
    .map((same): Trouble => {
      const [first, ...others] = same.toSorted((a, b) => a.since.localeCompare(b.since));
      const resources = [...new Set(same.flatMap((trouble) => trouble.resources))].sort();
      return { ...(first as Trouble), code: (others.at(-1) ?? first)?.code ?? "", resources };
    })
    .sort((a, b) => a.since.localeCompare(b.since));
}

/**
 * Which workers do not confine their decode children, e.g. `1 worker decodes without confinement (network, files): w-1`;
 * undefined when all do.
 */
export function unconfinedInWords(workers: readonly WorkerStatus[]): string | undefined {
  const found = workers.filter(({ unconfined = [] }) => unconfined.length > 0);
  if (found.length === 0) return undefined;
  const parts = [...new Set(found.flatMap(({ unconfined = [] }) => unconfined))];
  const who = found.length === 1 ? "1 worker decodes" : `${found.length} workers decode`;
  return `${who} without confinement (${parts.join(", ")}): ${found.map(({ id }) => id).join(", ")}`;
}

/** Codes of services that answer, and refuse. */
const refusals = /SlowDown|Throttl|TooMany|Exceeded|Denied|Paused/;

/** E.g. `S3 refuses requests since 14:02 (SlowDown; bucket-a, bucket-b)`, in this machine's time; or that it does not answer. */
export function troubleInWords({ service, since, code, resources }: Trouble): string {
  const at = new Date(since).toTimeString().slice(0, 5);
  const where = resources.length > 0 ? `; ${resources.join(", ")}` : "";
  const what = refusals.test(code) ? "refuses requests" : "does not answer";
  return `${names[service] ?? service} ${what} since ${at} (${code}${where})`;
}
