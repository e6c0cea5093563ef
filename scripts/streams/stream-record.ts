// A record of a DynamoDB stream in the shape of Lambda's event. Pure functions over the SDK's record.
// Source: Lambda developer guide, "Example DynamoDB Streams record event".
import type { _Record as SdkRecord } from "@aws-sdk/client-dynamodb-streams";

/** A record with its sequence number and time. */
export type StreamRecord = {
  /** A decimal number of up to 40 digits. Compare it as BigInt. */
  sequenceNumber: string;
  /** Epoch milliseconds; approximate. */
  createdMs: number;
  /** The record in Lambda's shape, as JSON. */
  lambdaRecord: Record<string, unknown>;
};

/** Converts a record from a stream. */
export function toStreamRecord(record: SdkRecord, streamArn: string): StreamRecord {
  const { dynamodb = {}, userIdentity } = record;
  const { ApproximateCreationDateTime: created = new Date(0), SequenceNumber = "" } = dynamodb;
  const lambdaRecord = {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: record.eventSource,
    awsRegion: record.awsRegion,
    dynamodb: {
      ...dynamodb,
      ApproximateCreationDateTime: created.getTime() / 1000,
      Keys: jsonValue(dynamodb.Keys),
      NewImage: jsonValue(dynamodb.NewImage),
      OldImage: jsonValue(dynamodb.OldImage),
    },
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
    eventSourceARN: streamArn,
  };
  return { sequenceNumber: SequenceNumber, createdMs: created.getTime(), lambdaRecord };
}

/** Attribute values as JSON, with binary values as base64. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, jsonValue(each)]));
}
