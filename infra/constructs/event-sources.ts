// Connects triggers to their event sources in triggers/catalog/event-sources.ts: topics, table streams, schedules.
import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { StreamSource } from "../../triggers/catalog/event-sources.ts";
import type { TopicName } from "../../worker/fleet/topics.ts";
import { acknowledge } from "../acknowledge.ts";
import { failedEventsArn, handedOn, type Placement, topicArn } from "../placement.ts";
import type { TriggerFunction } from "./trigger-function.ts";

/** A topic calls the trigger. Lambda tries an event three times within six hours, then sends it to the failure queue. */
export function callByTopic(trigger: TriggerFunction, placement: Placement, topic: TopicName): void {
  const { lambda } = trigger;
  const announced = Topic.fromTopicArn(trigger, "Topic", topicArn(placement, topic));
  announced.addSubscription(new LambdaSubscription(lambda));
  lambda.configureAsyncInvoke({
    retryAttempts: 2,
    maxEventAge: Duration.hours(6),
    onFailure: failureQueue(trigger, placement),
  });
}

/** Table streams call the trigger, oldest record first. A record that keeps failing goes to the failure queue. */
export function callByStreams(trigger: TriggerFunction, placement: Placement, source: StreamSource): void {
  const { lambda, role } = trigger;
  const onFailure = failureQueue(trigger, placement);
  for (const name of source.tables) {
    const parameter = handedOn.streamOf(placement.settings.fleet, name);
    const tableStreamArn = StringParameter.valueForStringParameter(lambda, parameter);
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
 * The trigger's queue as the destination of failed events. Lambda only needs to send to it (developer guide, "Configuring destinations
 * for asynchronous invocation"); CDK's own destinations would also grant reading its URL and attributes.
 */
function failureQueue({ name, role }: TriggerFunction, placement: Placement) {
  const destination = failedEventsArn(placement, name);
  role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [destination] }));
  return { bind: () => ({ destination }) };
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
