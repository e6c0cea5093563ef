// What a resource is called once it exists: the name, `Ref` and attributes of each type our stacks reference
// ("Return values" of each type's page in the CloudFormation template reference).

/** Where stacks are thought to be deployed. */
export type Deployment = { partition: string; region: string; account: string };

/** A resource of a template. */
export type RawResource = { Type: string; Properties?: Readonly<Record<string, unknown>> };

/** Property that holds the name, and the ARN made of it. `Ref` gives the name unless told otherwise. */
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
  "AWS::Events::Rule": { name: "Name", arn: regional("events", "rule/") },
  "AWS::ECR::Repository": { name: "RepositoryName", arn: regional("ecr", "repository/") },
};

/** The physical name: as the template gives it, else one that names its stack and logical id, as CloudFormation makes. */
export function physicalName(stack: string, logicalId: string, type: string, given: unknown): string {
  const property = namings[type]?.name;
  return property !== undefined && typeof given === "string" ? given : `${stack}-${logicalId}`;
}

/** The property of a type that holds its name. */
export const nameProperty = (type: string): string | undefined => namings[type]?.name;

/** What `Ref` answers. Types without an entry answer their name. */
export const referenceOf = (type: string, name: string, deployment: Deployment): string =>
  namings[type]?.ref?.(name, deployment) ?? name;

/** What `Fn::GetAtt` answers, undefined where it is not known here. */
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
