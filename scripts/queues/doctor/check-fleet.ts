// The fleet at work: live workers for what waits, one version among them, their clocks, counting and scaling, quotas.
import { counted, duration } from "../../cli/format.ts";
import { isQuota, missingInstances, readCapacity } from "../../status/capacity.ts";
import type { FleetStatus, WorkerStatus } from "../../status/fleet-status.ts";
import { agesInCloudWatch } from "../../status/queue-ages.ts";
import { readStatus } from "../../status/status.ts";
import { troubleInWords } from "../../status/troubles.ts";
import { isAlive } from "../../status/verdict.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import {
  type Check,
  type Examined,
  type Finding,
  failure,
  fine,
  isRefusal,
  unknown,
  wrong,
} from "./finding.ts";

const name = "fleet";

/** Counting is due once a minute. */
const mostCountingSeconds = 180;

export const checkFleetAtWork: Check = {
  name,
  look: async (examined) => {
    try {
      const findings: Finding[] = [];
      const status = await read(examined, findings);
      const alive = status.workers.filter(isAlive);
      return [
        verdictFinding(status),
        ...status.troubles.map((trouble) =>
          wrong("services", troubleInWords(trouble), "wait: it goes on by itself; docs/outages.md"),
        ),
        versionFinding(alive),
        countingFinding(status),
        quotaFinding(status),
        ...findings,
      ];
    } catch (error) {
      const right = "dynamodb:Query on workers/index/present, BatchGetItem on workers, GetItem on scaling";
      return [failure(name, error, { where: examined.target.where, right })];
    }
  },
};

function read({ sqs, target, jobs, cloudWatch, autoScaling, options, now }: Examined, findings: Finding[]) {
  const note = (check: string, right: string) => (error: unknown) => {
    if (isRefusal(error) || options.aws) findings.push(failure(check, error, { where: target.where, right }));
    else findings.push(unknown(check, `${right} is not answered at ${target.where}`));
    return undefined;
  };
  let agesNoted = false;
  const onUnknown = (error: unknown) => {
    if (!agesNoted) note("ages", "cloudwatch:GetMetricData")(error);
    agesNoted = true;
  };
  return readStatus(
    { sqs, db: target.db },
    {
      fleet: target.names.fleet,
      kinds: Object.keys(jobs),
      ageOfOldest: agesInCloudWatch(cloudWatch, { onUnknown, now }),
      instances: () =>
        readCapacity(autoScaling, target.names.fleet).catch(
          note("instances", "autoscaling:DescribeAutoScalingGroups and DescribeScalingActivities"),
        ),
      now,
    },
  );
}

/** What to do about a verdict that is not well. */
const todos: Readonly<Partial<Record<FleetStatus["verdict"], string>>> = {
  "workers-dead": "look why workers do not start: docs/runbooks/nobody-works.md",
  "no-capacity": "docs/runbooks/no-capacity.md",
  poison: "npm run queues -- dead; repair, then redrive or discard: docs/dead-letters.md",
};

function verdictFinding(status: FleetStatus): Finding {
  const todo = todos[status.verdict];
  const text = `${status.verdict}: ${verdictInWords(status)}`;
  return todo === undefined ? fine(name, text) : wrong(name, text, todo);
}

function versionFinding(alive: readonly WorkerStatus[]): Finding {
  const versions = [...new Set(alive.flatMap(({ version }) => version ?? []))].sort();
  if (alive.length === 0) return unknown("version", "no worker runs, so none tells its version");
  if (versions.length === 0)
    return unknown("version", "the workers do not tell their version (FLEET_VERSION)");
  return versions.length === 1
    ? fine("version", `${counted(alive.length, "worker")} of version ${versions[0]}`)
    : wrong(
        "version",
        `workers of ${versions.length} versions run: ${versions.join(", ")}`,
        "wait while a rollout is under way, else docs/runbooks/rollout-failed.md",
      );
}

function countingFinding({ scaling }: FleetStatus): Finding {
  if (scaling === null) return unknown("scaling", "nothing has decided on the fleet's size yet");
  const ago = duration(scaling.secondsAgo);
  return scaling.secondsAgo <= mostCountingSeconds
    ? fine("scaling", `the queues were counted ${ago} ago`)
    : wrong(
        "scaling",
        `the queues were last counted ${ago} ago, so the fleet does not grow`,
        "docs/runbooks/not-counted.md",
      );
}

function quotaFinding({ capacity }: FleetStatus): Finding {
  if (capacity === undefined) return unknown("quota", "there is no Auto Scaling group to look at");
  const { launchError } = capacity;
  if (launchError === undefined || missingInstances(capacity) === 0)
    return fine("quota", "every instance that was asked for came or is on its way");
  return isQuota(launchError.message)
    ? wrong(
        "quota",
        launchError.message,
        "ask for a larger quota of spot instances: docs/runbooks/no-capacity.md",
      )
    : wrong("quota", `launches fail: ${launchError.message}`, "docs/runbooks/launch-errors.md");
}
