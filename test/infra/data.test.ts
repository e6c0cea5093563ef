// Buckets and tables of the synthesised templates.
import { expect, test } from "vitest";
import { bucketNames, bucketShapes } from "../../worker/fleet/buckets.ts";
import { retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { tableNames, tableShapes } from "../../worker/fleet/tables.ts";
import {
  fleetOf,
  listed,
  ofType,
  type Resource,
  resourcesOf,
  spelled,
  statementsIn,
} from "../support/synth.ts";

const resources = resourcesOf({ data: fleetOf({ uploadOrigins: "https://example.org" }).data });
const buckets = ofType(resources, "AWS::S3::Bucket");
const names = resourceNames("fifo-fleet", "-<AWS::AccountId>-<AWS::Region>");

function one(type: string, property: string, name: string): Resource {
  const found = ofType(resources, type).find(({ Properties }) => spelled(Properties[property]) === name);
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found;
}
const bucket = (name: keyof typeof names.buckets) =>
  one("AWS::S3::Bucket", "BucketName", names.buckets[name]);
const table = (name: keyof typeof names.tables) =>
  one("AWS::DynamoDB::Table", "TableName", names.tables[name]);

test("no bucket is public, by any of the four ways", () => {
  expect(buckets.length).toBe(bucketNames.length + 1);
  for (const { Properties } of buckets) {
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Properties.OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] });
    expect(Properties).not.toHaveProperty("AccessControl");
  }
});

test("every bucket is encrypted and refuses requests without TLS 1.2", () => {
  const policies = ofType(resources, "AWS::S3::BucketPolicy");
  for (const { id, Properties } of buckets) {
    expect(JSON.stringify(Properties.BucketEncryption)).toContain('"SSEAlgorithm":"AES256"');
    const denied = policies
      .filter((policy) => spelled(policy.Properties.Bucket) === `<${id}>`)
      .flatMap(statementsIn)
      .filter(({ Effect, Action }) => Effect === "Deny" && Action === "s3:*")
      .map(({ Condition }) => Condition);
    expect(denied).toEqual([
      { Bool: { "aws:SecureTransport": "false" } },
      { NumericLessThan: { "s3:TlsVersion": 1.2 } },
    ]);
  }
});

test.each(bucketNames)(
  "%s is versioned, logged and kept; replaced versions and unfinished uploads are deleted",
  (name) => {
    const { Properties, DeletionPolicy } = bucket(name);
    expect(Properties.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(Properties.LoggingConfiguration).toMatchObject({ LogFilePrefix: `${name}/` });
    expect(DeletionPolicy).toBe("RetainExceptOnCreate");
    expect(Properties.LifecycleConfiguration).toMatchObject({
      Rules: expect.arrayContaining([
        expect.objectContaining({
          Status: "Enabled",
          NoncurrentVersionExpiration: { NoncurrentDays: bucketShapes[name].keepReplacedDays ?? 30 },
          ExpiredObjectDeleteMarker: true,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        }),
      ]),
    });
  },
);

test("plans expire when their messages can no longer be redelivered, refused uploads after days, all else never", () => {
  const expirations = bucketNames.map((name) => {
    const { Rules } = bucket(name).Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    return [name, Rules.flatMap(({ ExpirationInDays: days }) => (days === undefined ? [] : [days]))] as const;
  });
  const { plans: [planDays] = [], incoming, ...others } = Object.fromEntries(expirations);
  expect(incoming).toEqual([bucketShapes.incoming.keepDays]);
  expect(Object.values(others).flat()).toEqual([]);
  const days = (seconds: number) => seconds / (24 * 60 * 60);
  const [job, dead] = [days(retentionSeconds.jobs), days(retentionSeconds.deadLetters)];
  const redrives = 4;
  expect(planDays).toBeGreaterThanOrEqual(job + redrives * (dead + job));
});

test.each(bucketNames.filter((name) => bucketShapes[name].announces))(
  "the events of %s go to its topic through the bucket's own properties",
  (name) => {
    const { TopicConfigurations = [] } = bucket(name).Properties.NotificationConfiguration as {
      TopicConfigurations?: { Event: string; Topic: unknown }[];
    };
    const { topic, events } = bucketShapes[name].announces ?? { topic: "", events: [] };
    expect(TopicConfigurations.map(({ Event }) => Event)).toEqual(events);
    for (const { Topic } of TopicConfigurations)
      expect(spelled(Topic)).toMatch(new RegExp(`^arn:.*:fifo-fleet-${topic}$`));
  },
);

test("browsers may upload only from the given origins, and only to the buckets that take uploads", () => {
  const methods = (name: (typeof bucketNames)[number]) => [
    ...(bucketShapes[name].takesForms ? ["POST"] : []),
    ...(bucketShapes[name].takesParts ? ["PUT"] : []),
  ];
  for (const name of bucketNames) {
    const rule = {
      AllowedMethods: methods(name),
      AllowedOrigins: ["https://example.org", "https://*.cloudfront.net"],
    };
    if (methods(name).length === 0) expect(bucket(name).Properties.CorsConfiguration).toBeUndefined();
    else expect(bucket(name).Properties.CorsConfiguration).toMatchObject({ CorsRules: [rule] });
  }
  expect(bucketNames.filter((name) => methods(name).length > 0)).toEqual(["uploads", "incoming"]);
});

const originsOf = (context: Record<string, unknown>) =>
  ofType(resourcesOf({ data: fleetOf(context).data }), "AWS::S3::Bucket").flatMap(({ Properties }) => {
    const { CorsRules = [] } = (Properties.CorsConfiguration ?? {}) as {
      CorsRules?: { AllowedOrigins: string[] }[];
    };
    return CorsRules.flatMap(({ AllowedOrigins }) => AllowedOrigins);
  });

test("with a host name, only its pages may upload; without pages, nobody's", () => {
  const domain = {
    webDomain: "files.example.org",
    webCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/0",
  };
  expect(new Set(originsOf(domain))).toEqual(new Set(["https://files.example.org"]));
  expect(originsOf({ web: "false" })).toEqual([]);
});

test("only the fleet's own receipt rule may store mails", () => {
  const statements = ofType(resources, "AWS::S3::BucketPolicy")
    .flatMap(statementsIn)
    .filter(({ Effect, Principal }) => Effect === "Allow" && JSON.stringify(Principal).includes("ses."));
  expect(statements).toHaveLength(1);
  expect(statements[0]?.Action).toBe("s3:PutObject");
  expect(listed(statements[0]?.Condition?.ArnEquals?.["aws:SourceArn"])[0]).toMatch(/receipt-rule\/store$/);
});

test.each(tableNames)(
  "table %s has its keys, stream and expiry, is restorable, and stays when its stack is deleted",
  (name) => {
    const { Properties, DeletionPolicy } = table(name);
    const shape = tableShapes[name];
    const { partition, sort } = shape.key;
    expect(Properties.KeySchema).toEqual([
      { AttributeName: partition, KeyType: "HASH" },
      ...(sort ? [{ AttributeName: sort, KeyType: "RANGE" }] : []),
    ]);
    const indexes = (Properties.GlobalSecondaryIndexes ?? []) as { IndexName: string }[];
    expect(indexes.map(({ IndexName }) => IndexName)).toEqual(Object.keys(shape.indexes ?? {}));
    expect(Properties.StreamSpecification).toEqual(
      shape.stream ? { StreamViewType: "NEW_AND_OLD_IMAGES" } : undefined,
    );
    expect(Properties.TimeToLiveSpecification).toEqual(
      shape.timeToLive ? { AttributeName: shape.timeToLive, Enabled: true } : undefined,
    );
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(DeletionPolicy).toBe("RetainExceptOnCreate");
  },
);
