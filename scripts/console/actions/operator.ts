// Who acts in the console, on what, and how an action is refused.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { AuditFacts } from "../../queues/audit/audit.ts";
import type { Jobs } from "../../queues/subcommand.ts";
import type { Seals } from "../masking/seals.ts";

/** Whom and what an action works on. */
export type Operator = {
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  jobs: Jobs;
  /** Opens the groups that forms of masked pages name. */
  seals: Seals;
  /** Interrupts instances; without it no worker can be interrupted here. */
  autoScaling?: AutoScalingClient | undefined;
  /** Reads failed stream records again; without it no failed event can be replayed here. */
  streams?: DynamoDBStreamsClient | undefined;
  /** Who acts: the user of this machine. */
  by: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/** An action that cannot be done as it was asked for. The text is for the person. */
export class ActionRefused extends FleetError {}

/** What was done, for the person and for the audit. */
export type Done = { text: string; facts: AuditFacts };

/** The kind of that name. @throws ActionRefused naming all kinds */
export function definitionOf({ jobs }: Pick<Operator, "jobs">, name: string): JobDefinition<string, unknown> {
  const definition = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (definition === undefined)
    throw new ActionRefused(
      `kind: there is no ${JSON.stringify(name)}; the kinds are ${Object.keys(jobs).join(", ")}`,
    );
  return definition;
}
