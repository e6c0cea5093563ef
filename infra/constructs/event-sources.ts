// Connects triggers to their event sources in triggers/catalog/event-sources.ts: topics, table streams, schedules.
import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StreamSource } from "../../triggers/catalog/event-sources.ts";
import type { TableName } from "../../worker/fleet/tables.ts";
import { acknowledge } from "../acknowledge.ts";
import type { TriggerFunction } from "./trigger-function.ts";

/** A topic calls the trigger. Lambda tries an event three times within six hours, then sends it to the failure queue. */
export function callByTopic({ lambda, role }: TriggerFunction, topic: ITopic, failures: IQueue): void {
  topic.addSubscription(new LambdaSubscription(lambda));
  lambda.configureAsyncInvoke({
    retryAttempts: 2,
    maxEventAge: Duration.hours(6),
    onFailure: destination(failures, role),
  });
}

/** Table streams call the trigger, oldest record first. A record that keeps failing goes to the failure queue. */
export function callByStreams(
  { lambda, role }: TriggerFunction,
  source: StreamSource,
  tables: Readonly<Record<TableName, Table>>,
  failures: IQueue,
): void {
  const onFailure = destination(failures, role);
  for (const name of source.tables) {
    const { tableStreamArn } = tables[name];
    if (tableStreamArn === undefined) throw new TypeError(`table ${name} has no stream`);
    role.addToPolicy(
      new PolicyStatement({
        actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources: [tableStreamArn],
      }),
    );
    const changes = source.changes?.[name];
    const mapping = new EventSourceMapping(lambda, `${name}-stream`, {
      target: lambda,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: source.batchSize,
      bisectBatchOnError: source.bisectBatchOnFunctionError,
      retryAttempts: source.maximumRetryAttempts,
      maxRecordAge: Duration.seconds(source.maximumRecordAgeSeconds),
      reportBatchItemFailures: true,
      onFailure,
      ...(changes && {
        filters: [FilterCriteria.filter({ eventName: FilterRule.or(...changes) })],
      }),
    });
    // Lambda checks its access to the stream when the mapping is created.
    mapping.node.addDependency(role);
  }
  // Lambda needs this action when a mapping is created. The action supports no resource but `*`.
  role.addToPolicy(new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: ["*"] }));
  acknowledge(role, {
    "IAM5[Resource::*]": "dynamodb:ListStreams supports no resource; it returns only names.",
  });
}

/**
 * A queue as the destination of failed events. Lambda only needs to send to it (developer guide, "Configuring destinations
 * for asynchronous invocation"); CDK's own destinations would also grant reading its URL and attributes.
 */
function destination({ queueArn }: IQueue, role: Role) {
  role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queueArn] }));
  return { bind: () => ({ destination: queueArn }) };
}

/** A schedule calls the trigger. A failed call is not retried, because the next one follows. */
export function callBySchedule({ lambda }: TriggerFunction, everyMinutes: number): void {
  new Rule(lambda, "Schedule", {
    description: `Calls ${lambda.node.scope?.node.id} every ${everyMinutes} min`,
    schedule: Schedule.rate(Duration.minutes(everyMinutes)),
    targets: [new LambdaFunction(lambda, { retryAttempts: 0 })],
  });
  lambda.configureAsyncInvoke({ retryAttempts: 0 });
}
