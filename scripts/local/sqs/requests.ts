// Schemas of the JSON inputs of SQS actions. Shapes only; the rules are in the core.
import { z } from "zod";

const attributeValue = z.object({
  DataType: z.string().default(""),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});
const attributes = z.record(z.string(), attributeValue).optional();
const texts = z.record(z.string(), z.string());
const queueUrl = z.object({ QueueUrl: z.string().optional() });
const paging = z.object({ MaxResults: z.number().int().optional(), NextToken: z.string().optional() });

const message = z.object({
  MessageBody: z.string().optional(),
  DelaySeconds: z.number().int().optional(),
  MessageAttributes: attributes,
  MessageSystemAttributes: attributes,
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
});

/** A message of SendMessage, or an entry of SendMessageBatch. */
export type MessageInput = z.infer<typeof message>;

const batchOf = <Shape extends z.ZodRawShape>(entry: z.ZodObject<Shape>) =>
  queueUrl.extend({ Entries: z.array(entry.extend({ Id: z.string().default("") })).default([]) });

const handle = z.object({ ReceiptHandle: z.string().optional() });
const visibility = handle.extend({ VisibilityTimeout: z.number().int().optional() });

export const requests = {
  CreateQueue: z.object({
    QueueName: z.string().optional(),
    Attributes: texts.optional(),
    tags: texts.optional(),
  }),
  DeleteQueue: queueUrl,
  PurgeQueue: queueUrl,
  GetQueueUrl: z.object({ QueueName: z.string().optional(), QueueOwnerAWSAccountId: z.string().optional() }),
  ListQueues: paging.extend({ QueueNamePrefix: z.string().optional() }),
  GetQueueAttributes: queueUrl.extend({ AttributeNames: z.array(z.string()).default([]) }),
  SetQueueAttributes: queueUrl.extend({ Attributes: texts.default({}) }),
  TagQueue: queueUrl.extend({ Tags: texts.default({}) }),
  UntagQueue: queueUrl.extend({ TagKeys: z.array(z.string()).default([]) }),
  ListQueueTags: queueUrl,
  ListDeadLetterSourceQueues: queueUrl.extend(paging.shape),
  SendMessage: queueUrl.extend(message.shape),
  SendMessageBatch: batchOf(message),
  ReceiveMessage: queueUrl.extend({
    AttributeNames: z.array(z.string()).default([]),
    MessageSystemAttributeNames: z.array(z.string()).default([]),
    MessageAttributeNames: z.array(z.string()).default([]),
    MaxNumberOfMessages: z.number().int().optional(),
    VisibilityTimeout: z.number().int().optional(),
    WaitTimeSeconds: z.number().int().optional(),
    ReceiveRequestAttemptId: z.string().optional(),
  }),
  DeleteMessage: queueUrl.extend(handle.shape),
  DeleteMessageBatch: batchOf(handle),
  ChangeMessageVisibility: queueUrl.extend(visibility.shape),
  ChangeMessageVisibilityBatch: batchOf(visibility),
  StartMessageMoveTask: z.object({
    SourceArn: z.string(),
    DestinationArn: z.string().optional(),
    MaxNumberOfMessagesPerSecond: z.number().int().optional(),
  }),
  ListMessageMoveTasks: z.object({ SourceArn: z.string(), MaxResults: z.number().int().optional() }),
  CancelMessageMoveTask: z.object({ TaskHandle: z.string() }),
} as const;

export type SqsAction = keyof typeof requests;
export type SqsRequest<Action extends SqsAction> = z.output<(typeof requests)[Action]>;
