// Records of table streams as Lambda hands them to a trigger.
import { marshall } from "@aws-sdk/util-dynamodb";

/** An item before and after; nothing for "was not there". */
export type Images = { before?: Record<string, unknown>; after?: Record<string, unknown> };

let sequence = 0;

/** One record of a table's stream; later ones have higher sequence numbers. */
export function streamRecord(table: string, { before, after }: Images, key = "id") {
  sequence += 1;
  const image = (item: Record<string, unknown> | undefined) =>
    item && marshall(item, { removeUndefinedValues: true });
  const eventName = before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY";
  return {
    eventID: String(sequence),
    eventName,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-west-1",
    eventSourceARN: `arn:aws:dynamodb:eu-west-1:000000000000:table/${table}/stream/2026-01-01T00:00:00.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_767_225_600,
      Keys: image({ [key]: (after ?? before)?.[key] }),
      NewImage: image(after),
      OldImage: image(before),
      SequenceNumber: String(sequence).padStart(20, "0"),
      SizeBytes: 100,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}

export type StreamRecord = ReturnType<typeof streamRecord>;
