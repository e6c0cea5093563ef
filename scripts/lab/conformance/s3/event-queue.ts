// A queue that receives a bucket's events, and the shapes of these events.
import { type Event, PutBucketNotificationConfigurationCommand } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { Difference, type RuleContext } from "../rule.ts";

/** The fields that every rule needs of a record. Another rule checks its whole shape. */
const recordSchema = z.looseObject({
  eventName: z.string(),
  s3: z.looseObject({
    object: z.object({
      key: z.string(),
      size: z.number().optional(),
      eTag: z.string().optional(),
      versionId: z.string().optional(),
      sequencer: z.string().regex(/^[0-9A-F]+$/i),
    }),
  }),
});
export const wholeRecordSchema = z.object({
  eventVersion: z.string().regex(/^2\.[1-9]$/),
  eventSource: z.literal("aws:s3"),
  awsRegion: z.string(),
  eventTime: z.iso.datetime(),
  eventName: z.string(),
  userIdentity: z.object({ principalId: z.string().min(1) }),
  requestParameters: z.object({ sourceIPAddress: z.string().min(1) }),
  responseElements: z.object({ "x-amz-request-id": z.string().min(1), "x-amz-id-2": z.string().min(1) }),
  s3: z.object({
    s3SchemaVersion: z.literal("1.0"),
    configurationId: z.string(),
    bucket: z.object({
      name: z.string(),
      arn: z.string(),
      ownerIdentity: z.object({ principalId: z.string().min(1) }),
    }),
    object: recordSchema.shape.s3.shape.object,
  }),
});
const recordsSchema = z.object({ Records: z.array(recordSchema) });
const testEventSchema = z.object({
  Service: z.literal("Amazon S3"),
  Event: z.literal("s3:TestEvent"),
  Bucket: z.string(),
});

type Body = z.infer<typeof recordsSchema> | z.infer<typeof testEventSchema>;
type EventRecord = z.infer<typeof recordSchema>;

/** Checks a shape. @throws Difference that names the first field with another shape */
export function expectShape<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  seen: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(seen);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new Difference(`${what}: ${problem?.path.join(".")}: ${problem?.message}`);
}

function bodyOf(text: string): Body {
  const content: unknown = JSON.parse(text);
  const isTest = typeof content === "object" && content !== null && "Event" in content;
  return isTest
    ? expectShape("a test event", testEventSchema, content)
    : expectShape("a message", recordsSchema, content);
}

/** Makes a queue that a bucket may send to. */
export async function newQueue(
  context: RuleContext,
  { fifo = false } = {},
): Promise<{ url: string; arn: string }> {
  const Statement = [
    { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
  ];
  const { QueueUrl = "" } = await context.sqs.send(
    new CreateQueueCommand({
      QueueName: context.name("events") + (fifo ? ".fifo" : ""),
      Attributes: {
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
        ...(fifo && { FifoQueue: "true" }),
      },
    }),
  );
  context.later(() => context.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  const { Attributes } = await context.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  return { url: QueueUrl, arn: Attributes?.QueueArn ?? "" };
}

export const configure = (
  { s3 }: RuleContext,
  Bucket: string,
  QueueArn: string,
  Events: Event[] = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
  FilterRules: { Name: "prefix" | "suffix"; Value: string }[] = [],
) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Id: "rule",
            QueueArn,
            Events,
            ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }),
          },
        ],
      },
    }),
  );

/** Receives from a queue until `enough`. Waits between empty receives. */
export async function receive(
  context: RuleContext,
  url: string,
  enough: (bodies: Body[]) => boolean,
): Promise<Body[]> {
  const bodies: Body[] = [];
  for (let empty = 0; empty < 40 && !enough(bodies); ) {
    const { Messages = [] } = await context.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) {
      empty += 1;
      await new Promise((resolve) => setTimeout(resolve, 50 * Math.min(10, empty)));
    }
    for (const { Body = "", ReceiptHandle } of Messages) {
      bodies.push(bodyOf(Body));
      await context.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
  return bodies;
}

const recordsOf = (bodies: readonly Body[]): EventRecord[] =>
  bodies.flatMap((body) => ("Records" in body ? body.Records : []));

/** The records of a queue once there are `count` of them, ordered by sequencer. */
export async function records(context: RuleContext, url: string, count: number): Promise<EventRecord[]> {
  const bodies = await receive(context, url, (seen) => recordsOf(seen).length >= count);
  return recordsOf(bodies).sort((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
}
