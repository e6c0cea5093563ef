// Reading S3 events: every wrapping gives the same objects, keys are decoded once, and nothing is lost without a reason.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readS3Event } from "../../../triggers/shared/s3-events.ts";
import { eventBridgeEvent, s3Event, s3Record, snsEvent, testEvent } from "../../support/s3-event-records.ts";

const object = { bucket: "uploads", key: "album/cat.jpg", versionId: "v7", sequencer: "0A", size: 5 };

/** Keys: any text that S3 accepts, with the characters that are difficult to encode. */
const key = fc
  .array(
    fc.oneof(fc.constantFrom("+", " ", "%", "%2B", "/", "ü", "猫", "🐈", "&", "?", "#", "="), fc.string()),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(""))
  .filter((text) => text.isWellFormed() && text !== "");

describe("wrappings", () => {
  test.each([
    ["directly", s3Event(object), "AWS:AIDAEXAMPLE"],
    ["inside an SNS record", snsEvent(s3Event(object)), "AWS:AIDAEXAMPLE"],
    ["through EventBridge", eventBridgeEvent(object), "123456789012"],
    ["through EventBridge inside an SNS record", snsEvent(eventBridgeEvent(object)), "123456789012"],
  ])("an object is read %s", (_, event, owner) => {
    expect(readS3Event(event)).toEqual({ objects: [{ ...object, owner }], ignored: [], malformed: [] });
  });

  test("all records of all messages are read, in order", () => {
    const objects = ["a", "b", "c", "d"].map((name) => ({ ...object, key: name }));
    const [a, b, c, d] = objects.map((one) => s3Event(one).Records[0]);
    const event = snsEvent({ Records: [a, b] }, { Records: [c] }, { Records: [d] });
    expect(readS3Event(event).objects.map((one) => one.key)).toEqual(["a", "b", "c", "d"]);
  });

  test("any key is read exactly as it was given, in either format", () => {
    fc.assert(
      fc.property(key, (name) => {
        const given = { ...object, key: name };
        expect(readS3Event(s3Event(given)).objects[0]?.key).toBe(name);
        expect(readS3Event(eventBridgeEvent(given)).objects[0]?.key).toBe(name);
      }),
    );
  });

  test("a plus sign in a record is a space, %2B is a plus sign, and neither is decoded twice", () => {
    const record = s3Record(object);
    const read = (encoded: string) => {
      const { s3 } = record;
      return readS3Event({ Records: [{ ...record, s3: { ...s3, object: { ...s3.object, key: encoded } } }] });
    };
    expect(read("a+b%2Bc%20d%252Be").objects[0]?.key).toBe("a b+c d%2Be");
    expect(read("bad%E0%A4%A").malformed).toEqual(["the object key is not URL-encoded UTF-8"]);
  });
});

test("an object whose principal is not named has no owner", () => {
  const record = { ...s3Record(object), userIdentity: { principalId: "" } };
  expect(readS3Event({ Records: [record] }).objects).toEqual([object]);
});

describe("events without a job", () => {
  test.each([
    ["s3:TestEvent", testEvent, "s3:TestEvent"],
    ["s3:TestEvent inside an SNS record", snsEvent(testEvent), "s3:TestEvent"],
    [
      "a deletion",
      { Records: [{ ...s3Record(object), eventName: "ObjectRemoved:Delete" }] },
      "ObjectRemoved:Delete",
    ],
    [
      "a deletion through EventBridge",
      { ...eventBridgeEvent(object), "detail-type": "Object Deleted" },
      "Object Deleted",
    ],
    [
      "a record of another service",
      { Records: [{ eventSource: "aws:sqs", body: "{}" }] },
      "record of aws:sqs",
    ],
    ["an event of another service", { source: "aws.ec2", "detail-type": "EC2 Instance" }, "event of aws.ec2"],
  ])("%s is ignored with its name", (_, event, reason) => {
    expect(readS3Event(event)).toEqual({ objects: [], ignored: [reason], malformed: [] });
  });

  test.each([
    ["nothing", undefined],
    ["text", "hello"],
    ["a number", 7],
    ["an empty object", {}],
    ["a record without an object", { Records: [{ ...s3Record(object), s3: {} }] }],
    ["a record that is null", { Records: [null] }],
    ["an SNS message that is no JSON", snsEvent("{not json")],
    ["an SNS record in an SNS record in an SNS record", snsEvent(snsEvent(snsEvent(s3Event(object))))],
    ["an object without a version", { ...eventBridgeEvent({ ...object, versionId: "" }) }],
  ])("%s is malformed, with a reason", (_, event) => {
    expect(readS3Event(event)).toEqual({
      objects: [],
      ignored: [],
      malformed: [expect.stringMatching(/\w/)],
    });
  });

  test("a malformed record does not affect the others", () => {
    const event = snsEvent("{not json", { Records: [null, ...s3Event(object).Records] }, testEvent);
    const { objects, ignored, malformed } = readS3Event(event);
    expect([objects.length, ignored.length, malformed.length]).toEqual([1, 1, 2]);
  });

  test("no value makes it throw, and every record is accounted for", () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (records) => {
        const { objects, ignored, malformed } = readS3Event({ Records: records });
        expect(objects.length + ignored.length + malformed.length).toBeGreaterThanOrEqual(records.length);
      }),
    );
    fc.assert(fc.property(fc.anything(), (event) => void readS3Event(event)));
  });
});
