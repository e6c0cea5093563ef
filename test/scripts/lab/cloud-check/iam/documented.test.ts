// The evaluator against the examples in AWS's documentation (IAM user guide unless another page is named).
import { expect, test } from "vitest";
import { type Access, type Caller, evaluate } from "../../../../../scripts/lab/cloud-check/iam/evaluate.ts";
import { PolicyNotUnderstood, readPolicy } from "../../../../../scripts/lab/cloud-check/iam/policy.ts";

const account = "111122223333";
const role: Caller = { kind: "role", arn: `arn:aws:iam::${account}:role/worker`, account };
const s3 = "arn:aws:s3:::amzn-s3-demo-bucket";

const policy = (statement: object | object[]) =>
  readPolicy("example", { Version: "2012-10-17", Statement: statement });
const access = (action: string, resource: string, context: Access["context"] = {}): Access => ({
  action,
  resource,
  resourceAccount: account,
  context,
});
const judge = (statement: object | object[], wanted: Access) =>
  evaluate(role, wanted, { identity: policy(statement), resource: [] });
const allows = (statement: object | object[], wanted: Access) => judge(statement, wanted).allowed;

/** Evaluates an Allow of everything with a condition: true when the condition holds. */
const holds = (Condition: object, context: Access["context"] = {}) =>
  allows(
    { Effect: "Allow", Action: "*", Resource: "*", Condition },
    access("s3:GetObject", `${s3}/a`, context),
  );

test("Policy evaluation logic: an explicit deny overrides the allow beside it", () => {
  const carlos = [
    {
      Sid: "AllowS3ListRead",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListAllMyBuckets"],
      Resource: "arn:aws:s3:::*",
    },
    {
      Sid: "AllowS3Self",
      Effect: "Allow",
      Action: "s3:*",
      Resource: [`${s3}-carlossalazar/*`, `${s3}-carlossalazar`],
    },
    { Sid: "DenyS3Logs", Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::*log*" },
  ];
  expect(judge(carlos, access("s3:PutObject", `${s3}-carlossalazar/file`))).toEqual({
    allowed: true,
    why: "allowed",
    by: "example, AllowS3Self",
  });
  expect(judge(carlos, access("s3:PutObject", `${s3}-carlossalazar/logs/file`))).toEqual({
    allowed: false,
    why: "explicit-deny",
    by: "example, DenyS3Logs",
  });
  expect(judge(carlos, access("s3:PutObject", `${s3}-other/file`))).toEqual({
    allowed: false,
    why: "no-allow",
  });
});

test("Policy evaluation logic: in one account either policy is enough, across accounts both are needed", () => {
  const wanted = access("s3:GetObject", `${s3}/a`);
  const foreign = { ...wanted, resourceAccount: "444455556666" };
  const identity = policy({ Effect: "Allow", Action: "s3:GetObject", Resource: `${s3}/*` });
  const resource = policy({
    Effect: "Allow",
    Principal: { AWS: role.arn },
    Action: "s3:GetObject",
    Resource: `${s3}/*`,
  });
  const verdict = (what: Access, policies: Parameters<typeof evaluate>[2]) =>
    evaluate(role, what, policies).allowed;
  expect(verdict(wanted, { identity, resource: [] })).toBe(true);
  expect(verdict(wanted, { identity: [], resource })).toBe(true);
  expect(verdict(foreign, { identity, resource: [] })).toBe(false);
  expect(verdict(foreign, { identity: [], resource })).toBe(false);
  expect(verdict(foreign, { identity, resource })).toBe(true);
});

test("Principal: an account lets its identity policies decide, a deny of it means everybody in it", () => {
  const root = { AWS: `arn:aws:iam::${account}:root` };
  const all = { Action: "s3:*", Resource: "*" };
  const allowed = (Effect: string, identity: object[]) =>
    evaluate(role, access("s3:GetObject", `${s3}/a`), {
      identity: policy(identity),
      resource: policy({ Effect, Principal: root, ...all }),
    }).allowed;
  expect(allowed("Allow", [])).toBe(false);
  expect(allowed("Allow", [{ Effect: "Allow", ...all }])).toBe(true);
  expect(allowed("Deny", [{ Effect: "Allow", ...all }])).toBe(false);
});

test("Principal: a service is allowed by the resource's policy alone, and only with the right source", () => {
  // Amazon S3 user guide, "Granting permissions to publish event notification messages to a destination".
  const topic = `arn:aws:sns:eu-west-1:${account}:uploads`;
  const resource = policy({
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "SNS:Publish",
    Resource: topic,
    Condition: { ArnLike: { "aws:SourceArn": s3 }, StringEquals: { "aws:SourceAccount": account } },
  });
  const publish = (name: string, context: Record<string, string>) =>
    evaluate({ kind: "service", name }, access("sns:Publish", topic, context), { identity: [], resource })
      .allowed;
  const source = { "aws:SourceArn": s3, "aws:SourceAccount": account };
  expect(publish("s3.amazonaws.com", source)).toBe(true);
  expect(publish("ses.amazonaws.com", source)).toBe(false);
  expect(publish("s3.amazonaws.com", { ...source, "aws:SourceArn": `${s3}-2` })).toBe(false);
  expect(publish("s3.amazonaws.com", { ...source, "aws:SourceAccount": "444455556666" })).toBe(false);
  expect(publish("s3.amazonaws.com", {})).toBe(false);
});

test("Resource: the wildcards of arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", () => {
  const matches = (key: string) =>
    allows(
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${s3}/*/test/*` },
      access("s3:GetObject", `${s3}/${key}`),
    );
  for (const key of [
    "1/test/object.jpg",
    "1/2/test/object.jpg",
    "1/2/test/3/object.jpg",
    "1///test///object.jpg",
    "1/test/.jpg",
    "/test/object.jpg",
    "1/test/",
  ])
    expect(matches(key), key).toBe(true);
  for (const key of ["1-test/object.jpg", "test/object.jpg", "1/2/test.jpg"])
    expect(matches(key), key).toBe(false);
});

test("Action: case-insensitive with wildcards; NotAction and NotResource match everything else", () => {
  const one = (statement: object, action: string) =>
    allows({ Effect: "Allow", Resource: "*", ...statement }, access(action, "*"));
  expect(one({ Action: "iam:*AccessKey*" }, "iam:CreateAccessKey")).toBe(true);
  expect(one({ Action: "S3:GETOBJECT" }, "s3:GetObject")).toBe(true);
  expect(one({ Action: "s3:GetObject" }, "s3:GetObjectVersion")).toBe(false);
  expect(one({ NotAction: "iam:*" }, "s3:GetObject")).toBe(true);
  expect(one({ NotAction: "iam:*" }, "iam:ListUsers")).toBe(false);
  const hr = [
    { Effect: "Allow", Action: "s3:*", Resource: "*" },
    {
      Effect: "Deny",
      Action: "s3:*",
      NotResource: ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
    },
  ];
  expect(allows(hr, access("s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/may"))).toBe(true);
  expect(allows(hr, access("s3:GetObject", "arn:aws:s3:::HRBucket/other"))).toBe(false);
});

test("Condition: keys ignore case, values do not; all operators and keys must hold, for one value per key", () => {
  expect(holds({ StringEquals: { "AWS:UserName": "john" } }, { "aws:username": "john" })).toBe(true);
  expect(holds({ StringEquals: { "aws:username": "john" } }, { "aws:username": "John" })).toBe(false);
  expect(holds({ StringEqualsIgnoreCase: { "aws:username": "john" } }, { "aws:username": "John" })).toBe(
    true,
  );
  expect(holds({ StringEquals: { "aws:username": ["jane", "john"] } }, { "aws:username": "john" })).toBe(
    true,
  );
  const both = { StringEquals: { a: "1", b: "2" } };
  expect(holds(both, { a: "1", b: "2" })).toBe(true);
  expect(holds(both, { a: "1", b: "3" })).toBe(false);
  expect(holds({ StringEquals: { a: "1" }, Bool: { b: "true" } }, { a: "1", b: "false" })).toBe(false);
});

test("Condition operators: numbers, dates, booleans, addresses, bytes", () => {
  expect(holds({ NumericLessThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "10" })).toBe(true);
  expect(holds({ NumericLessThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "11" })).toBe(false);
  expect(holds({ NumericEquals: { n: "10" } }, { n: "x" })).toBe(false);
  const date = { DateGreaterThan: { "aws:CurrentTime": "2020-04-01T00:00:00Z" } };
  expect(holds(date, { "aws:CurrentTime": "2020-06-01T00:00:00Z" })).toBe(true);
  expect(holds(date, { "aws:CurrentTime": "2019-06-01T00:00:00Z" })).toBe(false);
  expect(holds({ Bool: { "aws:SecureTransport": false } }, { "aws:SecureTransport": "false" })).toBe(true);
  const network = { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"] } };
  expect(holds(network, { "aws:SourceIp": "203.0.113.7" })).toBe(true);
  expect(holds(network, { "aws:SourceIp": "2001:DB8:1234:5678::1" })).toBe(true);
  expect(holds(network, { "aws:SourceIp": "203.0.114.7" })).toBe(false);
  expect(
    holds({ NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } }, { "aws:SourceIp": "198.51.100.1" }),
  ).toBe(true);
  expect(
    holds({ BinaryEquals: { key: "QmluYXJ5VmFsdWVJbkJhc2U2NA==" } }, { key: "QmluYXJ5VmFsdWVJbkJhc2U2NA==" }),
  ).toBe(true);
});

test("Condition operators: the six fields of an ARN are compared one by one", () => {
  const source = { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:111122223333:mail*" } };
  expect(holds(source, { "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:mails" })).toBe(true);
  expect(holds(source, { "aws:SourceArn": "arn:aws:sns:eu-west-1:444455556666:mails" })).toBe(false);
  expect(holds(source, { "aws:SourceArn": "arn:aws:sns:eu-west-1:x:111122223333:mails" })).toBe(false);
});

test("Condition operators: a missing key is false, true when negated; IfExists and Null test for it", () => {
  expect(holds({ StringEquals: { a: "1" } })).toBe(false);
  expect(holds({ StringNotLike: { a: "1" } })).toBe(true);
  expect(holds({ ArnNotLike: { a: "arn:aws:s3:::b" } })).toBe(true);
  const types = { StringLikeIfExists: { "ec2:InstanceType": ["t1.*", "t2.*", "m3.*"] } };
  expect(holds(types)).toBe(true);
  expect(holds(types, { "ec2:InstanceType": "t2.micro" })).toBe(true);
  expect(holds(types, { "ec2:InstanceType": "m5.large" })).toBe(false);
  expect(holds({ Null: { "aws:TokenIssueTime": "true" } })).toBe(true);
  expect(
    holds({ Null: { "aws:TokenIssueTime": "true" } }, { "aws:TokenIssueTime": "2026-01-01T00:00:00Z" }),
  ).toBe(false);
  expect(
    holds({ Null: { "aws:TokenIssueTime": "false" } }, { "aws:TokenIssueTime": "2026-01-01T00:00:00Z" }),
  ).toBe(true);
});

test("Conditions with several values: without values, ForAllValues is true and ForAnyValue false", () => {
  const all = { "ForAllValues:StringEquals": { "aws:TagKeys": ["environment", "cost-center"] } };
  const any = { "ForAnyValue:StringEquals": { "aws:TagKeys": ["environment", "cost-center"] } };
  expect([holds(all), holds(any)]).toEqual([true, false]);
  expect([
    holds(all, { "aws:TagKeys": ["environment"] }),
    holds(any, { "aws:TagKeys": ["environment", "dept"] }),
  ]).toEqual([true, true]);
  expect([
    holds(all, { "aws:TagKeys": ["environment", "dept"] }),
    holds(any, { "aws:TagKeys": ["dept"] }),
  ]).toEqual([false, false]);
  const none = { "ForAllValues:StringNotLike": { "ses:Recipients": ["*@example.org"] } };
  expect(holds(none, { "ses:Recipients": ["a@example.com", "b@example.com"] })).toBe(true);
  expect(holds(none, { "ses:Recipients": ["a@example.com", "b@example.org"] })).toBe(false);
});

test("Policy variables: substituted as text, with defaults, and only since version 2012-10-17", () => {
  const own = { Effect: "Allow", Action: "s3:*", Resource: [`${s3}/\${aws:username}/*`] };
  const get = (key: string, context: Record<string, string>) =>
    access("s3:GetObject", `${s3}/${key}`, context);
  expect(allows(own, get("mark/a", { "aws:username": "mark" }))).toBe(true);
  expect(allows(own, get("mary/a", { "aws:username": "mark" }))).toBe(false);
  expect(allows(own, get("mary/a", { "aws:username": "m*" }))).toBe(false);
  expect(allows(own, get("mary/a", {}))).toBe(false);
  const old = readPolicy("old", { Version: "2008-10-17", Statement: own });
  expect(
    evaluate(role, get("mark/a", { "aws:username": "mark" }), { identity: old, resource: [] }).allowed,
  ).toBe(false);
  const team = { ...own, Resource: `${s3}-\${aws:PrincipalTag/team, 'company-wide'}/*` };
  expect(allows(team, access("s3:GetObject", `${s3}-company-wide/a`))).toBe(true);
  expect(allows(team, access("s3:GetObject", `${s3}-yellow/a`, { "aws:PrincipalTag/team": "yellow" }))).toBe(
    true,
  );
  const star = { ...own, Resource: `${s3}/\${*}` };
  expect(allows(star, get("*", {}))).toBe(true);
  expect(allows(star, get("a", {}))).toBe(false);
});

test("what the evaluator does not support is refused when it is read", () => {
  const read = (statement: object) => () =>
    policy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...statement });
  expect(read({ Condition: { StringSimilar: { a: "1" } } })).toThrow(PolicyNotUnderstood);
  expect(read({ Condition: { StringSimilar: { a: "1" } } })).toThrow("condition operator StringSimilar");
  expect(read({ Resource: "arn:aws:s3" })).toThrow("not a full ARN");
  expect(read({ Resource: { "Fn::GetAtt": ["Bucket", "Arn"] } })).toThrow(PolicyNotUnderstood);
  expect(read({ NotPrincipal: { AWS: "*" } })).toThrow("NotPrincipal");
  const notOwn = { Effect: "Allow", Action: "*", NotResource: `${s3}/\${aws:username}/*` };
  expect(() => policy(notOwn)).toThrow("policy variables in NotResource");
  expect(read({ NotAction: "s3:*" })).toThrow("either Action or NotAction");
  expect(read({ Principal: { Federated: "x" } })).toThrow(PolicyNotUnderstood);
  expect(read({ Effect: "allow" })).toThrow(PolicyNotUnderstood);
});
