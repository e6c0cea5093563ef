// How a resource is named once it exists: the name, `Ref` and attributes of each type that our stacks reference
// ("Return values" on each type's page in the CloudFormation template reference).

/** Where the stacks are imagined to be deployed. */
export type Deployment = { partition: string; region: string; account: string };

/** A resource of a template. */
export type RawResource = { Type: string; Properties?: Readonly<Record<string, unknown>> };

/** The property with the name, and how ARN, `Ref` (by default the name) and attributes follow from the name. */
type Naming = {
  name: string;
  arn: (name: string, deployment: Deployment) => string;
  ref?: (name: string, deployment: Deployment) => string;
  attributes?: Readonly<Record<string, (name: string, deployment: Deployment) => string>>;
};

const regional =
  (service: string, prefix = "") =>
  (name: string, { partition, region, account }: Deployment) =>
    `arn:${partition}:${service}:${region}:${account}:${prefix}${name}`;
const topicArn = regional("sns");

const namings: Readonly<Record<string, Naming>> = {
  "AWS::S3::Bucket": {
    name: "BucketName",
    arn: (name, { partition }) => `arn:${partition}:s3:::${name}`,
    attributes: {
      RegionalDomainName: (name, { region }) => `${name}.s3.${region}.amazonaws.com`,
      DomainName: (name) => `${name}.s3.amazonaws.com`,
    },
  },
  "AWS::SQS::Queue": {
    name: "QueueName",
    arn: regional("sqs"),
    ref: (name, { region, account }) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    attributes: { QueueName: (name) => name },
  },
  "AWS::SNS::Topic": {
    name: "TopicName",
    arn: topicArn,
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: (name) => name },
  },
  "AWS::DynamoDB::Table": {
    name: "TableName",
    arn: regional("dynamodb", "table/"),
    attributes: {
      StreamArn: (name, deployment) =>
        `${regional("dynamodb", "table/")(name, deployment)}/stream/2026-01-01T00:00:00.000`,
    },
  },
  "AWS::IAM::Role": {
    name: "RoleName",
    arn: (name, { partition, account }) => `arn:${partition}:iam::${account}:role/${name}`,
    attributes: { RoleId: (name) => `AROA${name}` },
  },
  "AWS::Lambda::Function": { name: "FunctionName", arn: regional("lambda", "function:") },
  "AWS::Logs::LogGroup": {
    name: "LogGroupName",
    arn: (name, deployment) => `${regional("logs", "log-group:")(name, deployment)}:*`,
  },
  "AWS::AutoScaling::AutoScalingGroup": {
    name: "AutoScalingGroupName",
    arn: (name, deployment) =>
      regional("autoscaling", "autoScalingGroup:*:autoScalingGroupName/")(name, deployment),
  },
  // CloudFront chooses the ids and the names below itself.
  "AWS::CloudFront::Distribution": {
    name: "Id",
    arn: (name, { partition, account }) => `arn:${partition}:cloudfront::${account}:distribution/${name}`,
    attributes: { DomainName: (name) => `${name.toLowerCase()}.cloudfront.net`, Id: (name) => name },
  },
  "AWS::CloudFront::OriginAccessControl": {
    name: "Id",
    arn: (name, { partition, account }) =>
      `arn:${partition}:cloudfront::${account}:origin-access-control/${name}`,
    attributes: { Id: (name) => name },
  },
  "AWS::Events::Rule": { name: "Name", arn: regional("events", "rule/") },
  "AWS::ECR::Repository": { name: "RepositoryName", arn: regional("ecr", "repository/") },
};

/** The physical name: the template's, or one made of stack and logical id, as CloudFormation does. */
export function physicalName(stack: string, logicalId: string, type: string, given: unknown): string {
  const property = namings[type]?.name;
  return property !== undefined && typeof given === "string" ? given : `${stack}-${logicalId}`;
}

/** The property of a type that contains its name. */
export const nameProperty = (type: string): string | undefined => namings[type]?.name;

/** The value of `Ref`: for types without an entry, the name. */
export const referenceOf = (type: string, name: string, deployment: Deployment): string =>
  namings[type]?.ref?.(name, deployment) ?? name;

/** The value of `Fn::GetAtt`; undefined when it is not known here. */
export function attributeOf(
  type: string,
  name: string,
  attribute: string,
  deployment: Deployment,
): string | undefined {
  const naming = namings[type];
  return attribute === "Arn"
    ? naming?.arn(name, deployment)
    : naming?.attributes?.[attribute]?.(name, deployment);
}
