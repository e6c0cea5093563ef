// Queries saved in CloudWatch Logs Insights: who is slow, who fails, what happened to one job, why the size changed. They cost
// nothing until somebody runs one. Fields are those of the lines that workers and metrics-due print.
import { type ILogGroup, LogGroup, QueryDefinition, QueryString } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** A query: what it is called, whose lines it reads, and its parts as Logs Insights joins them by `|`. */
export type SavedQuery = {
  name: string;
  log: "workers" | "counting";
  fields?: string[];
  filterStatements: string[];
  statsStatements?: string[];
  sort: string;
  limit: number;
};

const outcomeLines = 'msg = "job outcome"';

/** All saved queries. A test finds every field of them in lines that our code prints. */
export const queries: readonly SavedQuery[] = [
  {
    name: "slowest groups",
    log: "workers",
    filterStatements: [outcomeLines],
    statsStatements: [
      "count(*) as runs, avg(tookMs) / 1000 as meanSeconds, max(tookMs) / 1000 as mostSeconds, sum(tookMs) / 1000 as busySeconds, max(waitMs) / 1000 as longestWaitSeconds by kind, group",
    ],
    sort: "busySeconds desc",
    limit: 50,
  },
  {
    name: "who fails",
    log: "workers",
    filterStatements: [outcomeLines, 'outcome in ["retried", "rejected", "dead-lettered", "lost"]'],
    statsStatements: [
      "count(*) as times, latest(jobId) as lastJob by kind, outcome, coalesce(cause, reason) as why",
    ],
    sort: "times desc",
    limit: 50,
  },
  {
    name: "one job (put its id in)",
    log: "workers",
    fields: [
      "@timestamp",
      "worker",
      "outcome",
      "run",
      "receiveCount",
      "waitMs",
      "tookMs",
      "coalesce(cause, reason) as why",
      "msg",
    ],
    filterStatements: ['jobId = "KIND/ID"'],
    sort: "@timestamp asc",
    limit: 1000,
  },
  {
    name: "why the size changed",
    log: "counting",
    fields: [
      "@timestamp",
      "wanted",
      "desired",
      "inService",
      "reason",
      "need",
      "backlogSeconds",
      "busySlots",
      "idleSlots",
    ],
    filterStatements: ["gap != 0"],
    sort: "@timestamp desc",
    limit: 200,
  },
];

/** Saves them under the fleet's name. Logs are named, not referred to: their stacks can change without this one. */
export function savedQueries(
  scope: Construct,
  { fleet, workersLog }: { fleet: string; workersLog: string },
): void {
  const named = (id: string, name: string): ILogGroup => LogGroup.fromLogGroupName(scope, id, name);
  const logs = {
    workers: named("WorkersLog", workersLog),
    counting: named("CountingLog", `/${fleet}/triggers/metrics-due`),
  };
  for (const { name, log, ...parts } of queries)
    new QueryDefinition(scope, `Query${name.replace(/\W+/g, "")}`, {
      queryDefinitionName: `${fleet}/${name}`,
      queryString: new QueryString(parts),
      logGroups: [logs[log]],
    });
}
