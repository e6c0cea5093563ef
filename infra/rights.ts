// IAM statements from the data that says who may do what (worker/fleet/tables.ts, worker/fleet/buckets.ts,
// triggers/catalog/access.ts). Every statement names its resources; only the keys of objects are a wildcard.
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { type TriggerAccess, triggerAccess } from "../triggers/catalog/access.ts";
import { type TriggerName, triggersWithFailures } from "../triggers/catalog/event-sources.ts";
import {
  type BucketAction,
  type BucketName,
  bucketNames,
  bucketShapes,
  ofBucketItself,
} from "../worker/fleet/buckets.ts";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../worker/fleet/resources.ts";
import { type TableAction, type TableName, tableNames, tableShapes } from "../worker/fleet/tables.ts";
import { type JobKind, jobKinds } from "../worker/jobs/catalog.ts";
import { bucketArn, type Placement, regionalArn, workerGroupName } from "./placement.ts";

const queueArn = (name: string) => regionalArn("sqs", name);

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement[] =>
  actions.length === 0 || resources.length === 0
    ? []
    : [new PolicyStatement({ actions: [...actions], resources: [...resources] })];

function tableStatements(placement: Placement, table: TableName, actions: readonly TableAction[]) {
  const arn = regionalArn("dynamodb", `table/${placement.names.tables[table]}`);
  const indexes = Object.keys(tableShapes[table].indexes ?? {}).map((index) => `${arn}/index/${index}`);
  return [
    ...allow(
      actions.filter((action) => action !== "QueryIndexes").map((action) => `dynamodb:${action}`),
      [arn],
    ),
    ...(actions.includes("QueryIndexes") ? allow(["dynamodb:Query"], indexes) : []),
  ];
}

/** The same rights with one statement for all resources that allow the same actions: a policy may have 10,240 characters. */
function merged(statements: readonly PolicyStatement[]): PolicyStatement[] {
  const byActions = Map.groupBy(statements, ({ actions }) => actions.join());
  return [...byActions.values()].flatMap((same) =>
    allow(
      same[0]?.actions ?? [],
      same.flatMap(({ resources }) => resources),
    ),
  );
}

/** All objects of a bucket. */
export const objectsOf = (placement: Placement, bucket: BucketName) => `${bucketArn(placement, bucket)}/*`;

function bucketStatements(placement: Placement, bucket: BucketName, actions: readonly BucketAction[]) {
  const name = (action: BucketAction) => `s3:${action}`;
  return [
    ...allow(actions.filter((action) => !ofBucketItself.includes(action)).map(name), [
      objectsOf(placement, bucket),
    ]),
    ...allow(actions.filter((action) => ofBucketItself.includes(action)).map(name), [
      bucketArn(placement, bucket),
    ]),
  ];
}

/** What a trigger's role allows, apart from its log and its event source. */
export function triggerStatements(placement: Placement, trigger: TriggerName): PolicyStatement[] {
  const access: TriggerAccess = triggerAccess[trigger];
  const { fleet } = placement.settings;
  const {
    enqueues = [],
    publishes = [],
    keepsDropped,
    counts = [],
    scales,
    tables = {},
    buckets = {},
    parameters = [],
  } = access;
  // A parameter's name begins with the slash that its ARN needs. Everyone who may read it may use AWS's own key to decrypt.
  const read = parameters.map((name) => regionalArn("ssm", `parameter${placement.names.parameters[name]}`));
  const queues = [
    ...enqueues.map((kind) => queueName(fleet, kind)),
    ...(keepsDropped ? [failedRecordsQueueName(fleet, trigger)] : []),
  ].map(queueArn);
  const topics = publishes.map((topic) => regionalArn("sns", placement.names.topics[topic]));
  const counted =
    counts === "all"
      ? [
          ...jobKinds.flatMap((kind) => [queueName(fleet, kind), deadLetterQueueName(fleet, kind)]),
          ...triggersWithFailures.map((name) => failedRecordsQueueName(fleet, name)),
        ]
      : counts.map((kind) => queueName(fleet, kind));
  return [
    ...allow(["sqs:GetQueueUrl", "sqs:SendMessage"], queues),
    ...allow(["sns:Publish"], topics),
    ...allow(["ssm:GetParameters"], read),
    ...allow(["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], counted.map(queueArn)),
    ...(scales ? allow(["autoscaling:DescribeAutoScalingGroups"], ["*"]) : []),
    ...(scales
      ? allow(
          ["autoscaling:TerminateInstanceInAutoScalingGroup", "autoscaling:SetDesiredCapacity"],
          [groupArn(placement)],
        )
      : []),
    ...tableNames.flatMap((table) => tableStatements(placement, table, tables[table] ?? [])),
    ...bucketNames.flatMap((bucket) => bucketStatements(placement, bucket, buckets[bucket] ?? [])),
  ];
}

/** An Auto Scaling group's ARN, that of the spot group unless named. The wildcard stands for its unique id, which only AWS knows. */
export const groupArn = ({ settings: { fleet } }: Placement, group = workerGroupName(fleet)): string =>
  regionalArn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`);

/** The buckets whose objects these rights name. Their keys are the only wildcards. */
export function openBuckets(rights: TriggerAccess["buckets"] = {}): BucketName[] {
  return bucketNames.filter((bucket) => rights[bucket]?.some((action) => !ofBucketItself.includes(action)));
}

/** What the worker's role allows on queues, tables and buckets. */
export function workerStatements(placement: Placement): PolicyStatement[] {
  const { fleet } = placement.settings;
  const all = (name: (fleet: string, kind: JobKind) => string) =>
    jobKinds.map((kind) => queueArn(name(fleet, kind)));
  const consume = ["GetQueueUrl", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"];
  return merged([
    ...allow(
      consume.map((action) => `sqs:${action}`),
      all(queueName),
    ),
    ...allow(["sqs:GetQueueUrl", "sqs:SendMessage"], all(deadLetterQueueName)),
    ...tableNames.flatMap((table) => tableStatements(placement, table, tableShapes[table].worker)),
    ...bucketNames.flatMap((bucket) => bucketStatements(placement, bucket, bucketShapes[bucket].worker)),
  ]);
}

/** The worker's rights, by bucket. */
export const workerBuckets: NonNullable<TriggerAccess["buckets"]> = Object.fromEntries(
  bucketNames.map((bucket) => [bucket, bucketShapes[bucket].worker]),
);
