// A record of a DynamoDB stream as Lambda hands it to a function. Pure functions over the SDK's record.
// Source: Lambda developer guide, "Example DynamoDB Streams record event".
import type { _Record as SdkRecord } from "@aws-sdk/client-dynamodb-streams";

/** A record with its position and time. */
export type StreamRecord = {
  /** Decimal, up to 40 digits: compare as BigInt only. */
  sequenceNumber: string;
  /** Epoch milliseconds; approximate. */
  createdMs: number;
  /** The record in Lambda's shape, JSON only. */
  lambdaRecord: Record<string, unknown>;
};

/** Translates a record that was read from a stream. */
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

/** Attribute values as JSON carries them: binary as base64. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, jsonValue(each)]));
}
