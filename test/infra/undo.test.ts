// What can be undone: a first deployment that failed leaves nothing in the way of the next, tables are protected in a second
// step, and mail's rules can be deleted though they are active.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SESClient } from "@aws-sdk/client-ses";
import { describe, expect, onTestFinished, test } from "vitest";
import { answering, type CustomResourceRequest } from "../../infra/custom-resource.ts";
import { deactivateRules } from "../../infra/mail-rules/deactivate-rules.ts";
import { protectTables } from "../../infra/protection/protect-tables.ts";
import { readSettings } from "../../infra/settings.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { tableNames } from "../../worker/fleet/tables.ts";
import { cloudFormation } from "../support/cloud-formation.ts";
import {
  fleetOf,
  listed,
  ofType,
  type Resource,
  resourcesOf,
  spelled,
  statementsIn,
} from "../support/synth.ts";

const stacks = fleetOf({ mailAddress: "stories@example.org" });
const resources = resourcesOf(stacks);
const data = resourcesOf({ data: stacks.data });
const tables = resourceNames("fifo-fleet").tables;

/** The name by which a resource would collide with one that is left. The names of user pools and VPCs need not be unique. */
const nameOf = ({ Type, Properties }: Resource): string | undefined => {
  const property = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SES::ReceiptRuleSet": "RuleSetName",
    "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
    "AWS::Cognito::UserPoolDomain": "Domain",
  }[Type];
  return property === undefined || Properties[property] === undefined
    ? undefined
    : spelled(Properties[property]);
};

/** What CloudFormation cannot or does not delete when it takes a first deployment back. */
const isLeft = ({ DeletionPolicy, Properties }: Resource) =>
  DeletionPolicy === "Retain" ||
  Properties.DeletionProtectionEnabled === true ||
  Properties.DeletionProtection === "ACTIVE";

describe("a first deployment that failed", () => {
  test("leaves nothing that has a name, so that the next one does not collide", () => {
    expect(resources.filter((one) => nameOf(one) !== undefined).length).toBeGreaterThan(100);
    expect(resources.filter(isLeft).flatMap((one) => nameOf(one) ?? [])).toEqual([]);
    // What is left has no name of its own: logs of access, static files, the user pool.
    expect(
      resources
        .filter(isLeft)
        .map(({ Type }) => Type)
        .sort(),
    ).toEqual(["AWS::Cognito::UserPool", "AWS::S3::Bucket", "AWS::S3::Bucket"]);
  });

  test("and yet everything with data stays when a stack is deleted or a resource replaced", () => {
    const kept = [...ofType(data, "AWS::DynamoDB::Table"), ...ofType(data, "AWS::S3::Bucket")];
    expect(kept.length).toBeGreaterThan(tableNames.length);
    for (const { id, DeletionPolicy, UpdateReplacePolicy } of kept)
      expect([id, DeletionPolicy?.startsWith("Retain"), UpdateReplacePolicy]).toEqual([id, true, "Retain"]);
  });
});

describe("protection of tables", () => {
  const protection = ofType(data, "AWS::CloudFormation::CustomResource").find(({ id }) =>
    id.startsWith("Protection"),
  );

  test("is the last thing that the stack does, for every table", () => {
    expect(protection?.Properties.Tables).toEqual(Object.values(tables));
    const waitsFor = new Set(protection?.DependsOn);
    const others = data.filter(
      ({ id, Type }) => !id.startsWith("Protection") && Type !== "AWS::S3::BucketPolicy",
    );
    expect(others.map(({ id }) => id).filter((id) => !waitsFor.has(id))).toEqual([]);
  });

  test("may change these tables and no other", () => {
    const granted = statementsIn(data).filter(({ Action }) =>
      JSON.stringify(Action).includes("dynamodb:UpdateTable"),
    );
    expect(granted.map(({ Action }) => Action)).toEqual([["dynamodb:DescribeTable", "dynamodb:UpdateTable"]]);
    const own = ofType(data, "AWS::DynamoDB::Table").map(({ id }) => `<${id}.Arn>`);
    expect(granted.flatMap(({ Resource }) => listed(Resource)).sort()).toEqual(own.sort());
  });

  test("runs again whenever CloudFormation changes a table", () => {
    const shapes = (context: object) =>
      ofType(resourcesOf({ data: fleetOf({ ...context }).data }), "AWS::CloudFormation::CustomResource").map(
        ({ Properties }) => Properties.Shapes,
      );
    expect(shapes({})).toEqual([protection?.Properties.Shapes]);
    // Another fleet's tables have other names, which is a change like any other.
    expect(shapes({ fleet: "second" })).not.toEqual([protection?.Properties.Shapes]);
  });

  test("is turned on table by table, and taken back where one of them fails", async () => {
    const dynamo = await tablesThatRefuse(["c"]);
    await expect(protectTables(dynamo.client, ["a", "b", "c"])).rejects.toThrow("c may not be changed");
    expect(dynamo.guarded()).toEqual([]);
    expect(await protectTables(dynamo.client, ["a", "b"])).toEqual(["a", "b"]);
    expect(await protectTables(dynamo.client, ["a", "b", "d"])).toEqual(["d"]);
    expect(dynamo.guarded()).toEqual(["a", "b", "d"]);
  });
});

/** A server of DynamoDB's two calls; it refuses to change some tables. */
async function tablesThatRefuse(refused: readonly string[]) {
  const on = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const { TableName, DeletionProtectionEnabled } = JSON.parse(Buffer.concat(chunks).toString()) as {
        TableName: string;
        DeletionProtectionEnabled?: boolean;
      };
      const isUpdate = String(request.headers["x-amz-target"]).endsWith("UpdateTable");
      if (isUpdate && refused.includes(TableName)) {
        response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
        response.end(
          JSON.stringify({ __type: "x#ValidationException", message: `${TableName} may not be changed` }),
        );
        return;
      }
      if (isUpdate && DeletionProtectionEnabled) on.add(TableName);
      if (isUpdate && !DeletionProtectionEnabled) on.delete(TableName);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ Table: { TableName, DeletionProtectionEnabled: on.has(TableName) } }));
    });
  });
  const client = new DynamoDBClient(await served(server));
  onTestFinished(() => client.destroy());
  return { client, guarded: () => [...on].sort() };
}

/** Starts a server for the test, and gives the settings of a client of it. */
async function served(server: ReturnType<typeof createServer>) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  };
}

describe("mail's rules", () => {
  /** SES's two calls on the active set of rules. */
  async function rules(active: string | undefined) {
    let name = active;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        const action = new URLSearchParams(body).get("Action") ?? "";
        if (action === "SetActiveReceiptRuleSet")
          name = new URLSearchParams(body).get("RuleSetName") ?? undefined;
        const found = name === undefined ? "" : `<Metadata><Name>${name}</Name></Metadata>`;
        response.writeHead(200, { "content-type": "text/xml" });
        response.end(`<${action}Response><${action}Result>${found}</${action}Result></${action}Response>`);
      });
    });
    const client = new SESClient(await served(server));
    onTestFinished(() => client.destroy());
    return { client, active: () => name };
  }

  test("are deactivated if they are active, and another fleet's are left alone", async () => {
    const ours = await rules("fifo-fleet-mails");
    expect(await deactivateRules(ours.client, "fifo-fleet-mails")).toBe(true);
    expect(ours.active()).toBeUndefined();
    const theirs = await rules("other-mails");
    expect(await deactivateRules(theirs.client, "fifo-fleet-mails")).toBe(false);
    expect(theirs.active()).toBe("other-mails");
    expect(await deactivateRules((await rules(undefined)).client, "fifo-fleet-mails")).toBe(false);
  });

  test("are deleted after the resource that deactivates them", () => {
    const mail = resourcesOf({ mail: stacks.mail });
    const [deactivation] = ofType(mail, "AWS::CloudFormation::CustomResource");
    const [set] = ofType(mail, "AWS::SES::ReceiptRuleSet");
    const [rule] = ofType(mail, "AWS::SES::ReceiptRule");
    expect(deactivation?.Properties.RuleSet).toBe(set?.Properties.RuleSetName);
    expect(deactivation?.DependsOn).toEqual(expect.arrayContaining([set?.id, rule?.id]));
  });
});

describe("an identity of SES that exists", () => {
  const mailAddress = "stories@letters.example.org";
  const taken = fleetOf({ mailAddress, mailIdentity: "example.org" });

  test("is taken over: the stack makes none, asks for no records, and workers send by it", () => {
    expect(ofType(resourcesOf({ mail: taken.mail }), "AWS::SES::EmailIdentity")).toEqual([]);
    expect(ofType(resources, "AWS::SES::EmailIdentity")).toHaveLength(1);
    const sending = statementsIn(resourcesOf({ workers: taken.workers })).filter(({ Action }) =>
      JSON.stringify(Action).includes("ses:SendEmail"),
    );
    expect(sending.flatMap(({ Resource }) => listed(Resource))).toEqual([
      "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.org",
    ]);
    expect(sending[0]?.Condition).toEqual({ StringEquals: { "ses:FromAddress": mailAddress } });
  });

  test.each([
    ["other.org", "does not cover mailAddress"],
    ["ample.org", "does not cover mailAddress"],
    ["not a domain", "takes a domain or a mail address"],
  ])("%s is refused", (mailIdentity, reason) => {
    const context: Record<string, unknown> = { mailAddress, mailIdentity };
    expect(() => readSettings((name) => context[name])).toThrow(`mailIdentity: ${reason}`);
  });
});

describe("a function behind a custom resource", () => {
  const requestAt = (ResponseURL: string): CustomResourceRequest => ({
    ...{ RequestType: "Create", ResponseURL, StackId: "s", RequestId: "r-7", LogicalResourceId: "Tables" },
    ResourceProperties: {},
  });

  test("answers whether its work is done or fails, so that CloudFormation never waits for its hour", async () => {
    const { answers, url } = await cloudFormation();
    await answering(requestAt(url), async () => "done");
    await answering(requestAt(url), async () => {
      throw new Error("no such table");
    });
    expect(answers).toEqual([
      expect.objectContaining({ Status: "SUCCESS", RequestId: "r-7", PhysicalResourceId: "Tables" }),
      expect.objectContaining({ Status: "FAILED", Reason: "Error: no such table" }),
    ]);
  });
});
