// A trigger in the cloud: its bundle, its log, and a role that allows only the log and the rights in
// triggers/catalog/access.ts.
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { triggerAccess } from "../../triggers/catalog/access.ts";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { acknowledge } from "../acknowledge.ts";
import { bucketSuffix, type Placement, regionalArn } from "../placement.ts";
import { groupArn, objectsOf, openBuckets, triggerStatements } from "../rights.ts";
import { functionCode } from "./function-code.ts";

/** How long a call may take, by event source. A batch of a stream has up to a hundred records. */
const timeoutSeconds: Record<EventSource["from"], number> = {
  topic: 30,
  streams: 60,
  // A call may count for the whole minute until the next one (the setting countSeconds).
  schedule: 58,
  http: 10,
  pages: 10,
};

const longestCall = (source: EventSource): number =>
  (source.from === "schedule" ? source.longestSeconds : undefined) ?? timeoutSeconds[source.from];

/** Megabytes of memory, which also buy processor time. The pages hash passwords. */
const memory: Partial<Record<EventSource["from"], number>> = { pages: 1024 };

/**
 * Concurrent calls reserved for a trigger, which are also its limit. Routes are open to the internet, and a flood must not
 * starve the other triggers. Calls of a schedule must not overlap.
 */
const reserved: Partial<Record<EventSource["from"], number>> = {
  schedule: 1,
  http: 20,
  pages: 50,
};

/** A trigger's function with its role and log. */
export class TriggerFunction extends Construct {
  readonly name: TriggerName;
  readonly source: EventSource;
  readonly lambda: LambdaFunction;
  readonly log: LogGroup;
  readonly role: Role;

  constructor(
    scope: Construct,
    id: TriggerName,
    placement: Placement,
    environment: Record<string, string> = {},
  ) {
    super(scope, id);
    const { fleet, reservedConcurrency, tracing } = placement.settings;
    this.name = id;
    this.source = eventSources[id];
    const functionName = `${fleet}-${id}`;
    const logGroupName = `/${fleet}/triggers/${id}`;
    this.log = new LogGroup(this, "Log", {
      logGroupName,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = triggerRole(this, id, placement, logGroupName);
    this.lambda = new LambdaFunction(this, "Function", {
      functionName,
      description: `FIFO Fleet trigger ${id}`,
      code: functionCode(`triggers/${id}.ts`),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory[this.source.from] ?? 256,
      timeout: Duration.seconds(longestCall(this.source)),
      role: this.role,
      logGroup: this.log,
      environment: { FLEET_NAME: fleet, FLEET_BUCKET_SUFFIX: bucketSuffix, ...environment },
      ...(tracing && { tracing: Tracing.ACTIVE }),
      ...(reservedConcurrency && { reservedConcurrentExecutions: reserved[this.source.from] }),
    });
  }
}

function triggerRole(scope: Construct, id: TriggerName, placement: Placement, logGroupName: string): Role {
  const logArn = regionalArn("logs", `log-group:${logGroupName}`);
  const role = new Role(scope, "Role", {
    description: `FIFO Fleet trigger ${id} of ${placement.settings.fleet}`,
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
  });
  const statements = [
    new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`${logArn}:*`],
    }),
    ...triggerStatements(placement, id),
  ];
  for (const statement of statements) role.addToPolicy(statement);
  acknowledge(role, {
    [`IAM5[Resource::${logArn}:*]`]: "The log streams of its own log group.",
    ...(placement.settings.tracing && {
      "IAM5[Resource::*]": "X-Ray's actions support no resource; they only write traces.",
    }),
    ...(triggerAccess[id].scales && {
      "IAM5[Resource::*]":
        "autoscaling:DescribeAutoScalingGroups supports no resource; it shows no data of jobs.",
      [`IAM5[Resource::${groupArn(placement)}]`]:
        "The wildcard stands for the group's unique id, which only AWS knows.",
    }),
    ...Object.fromEntries(
      openBuckets(triggerAccess[id].buckets).map((bucket) => [
        `IAM5[Resource::${objectsOf(placement, bucket)}]`,
        "The keys of future objects are not known.",
      ]),
    ),
  });
  return role;
}
