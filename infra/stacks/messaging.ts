// The stack of queues and topics: a FIFO queue and its dead-letter queue for every job kind, a standard queue for the
// failed events of each trigger, the topics, and the subscriptions of queues to topics.
import { Stack } from "aws-cdk-lib";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { type TriggerName, triggersWithFailures } from "../../triggers/catalog/event-sources.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { type TopicName, topicNames } from "../../worker/fleet/topics.ts";
import { catalog, type JobKind, jobKinds } from "../../worker/jobs/catalog.ts";
import { failedEventsQueue, JobQueue, subscribe } from "../constructs/queues.ts";
import { fleetTopic } from "../constructs/topics.ts";
import type { Placement } from "../placement.ts";

/** The stack of queues and topics. */
export class MessagingStack extends Stack {
  readonly queues: Readonly<Record<JobKind, JobQueue>>;
  readonly failedEvents: ReadonlyMap<TriggerName, Queue>;
  readonly topics: Readonly<Record<TopicName, Topic>>;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id, { description: "FIFO Fleet: queues and topics" });
    const { fleet } = placement.settings;
    this.topics = record(topicNames, (topic) => fleetTopic(this, topic, placement));
    this.queues = record(jobKinds, (kind) => new JobQueue(this, kind, { fleet, job: catalog[kind] }));
    this.failedEvents = new Map(
      triggersWithFailures.map((trigger) => [trigger, failedEventsQueue(this, fleet, trigger)]),
    );
    for (const { kind, subscription } of Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog))
      if (subscription)
        subscribe(this.queues[kind as JobKind], this.topics[subscription.topic], subscription);
  }
}

function record<Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value) {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
