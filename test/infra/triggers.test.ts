// The triggers of the synthesised templates: what calls them, what they may do, and where failed events go.
import { expect, test } from "vitest";
import { triggerAccess } from "../../triggers/catalog/access.ts";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { fleetOf, listed, ofType, resourcesOf, spelled, statementsIn } from "../support/synth.ts";

const resources = resourcesOf({ triggers: fleetOf().triggers });
const reserving = resourcesOf({ triggers: fleetOf({ reservedConcurrency: "true" }).triggers });
/** The calls of a trigger that are reserved where the settings ask for it. */
const reservedFor = (name: string) =>
  ofType(reserving, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.FunctionName === `fifo-fleet-${name}`,
  )?.Properties.ReservedConcurrentExecutions;
const names = (Object.keys(eventSources) as TriggerName[]).filter((name) => name !== "web");
const from = (source: EventSource["from"]) => names.filter((name) => eventSources[name].from === source);

const functionOf = (name: string) => {
  const found = ofType(resources, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.FunctionName === `fifo-fleet-${name}`,
  );
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
};
const belongingTo = (type: string, name: string) =>
  ofType(resources, type).filter(({ Properties }) =>
    spelled(Properties.FunctionName).includes(functionOf(name).id),
  );

/** What a trigger's role allows. */
function allowedTo(name: string) {
  const role = spelled(functionOf(name).Properties.Role).replace(/^<|\.Arn>$/g, "");
  return ofType(resources, "AWS::IAM::Policy")
    .filter(({ Properties }) => listed(Properties.Roles).includes(`<${role}>`))
    .flatMap(statementsIn);
}

test.each(names)(
  "trigger %s runs on arm64 with the fleet's names, its own role, and a log kept for thirty days",
  (name) => {
    const { Properties } = functionOf(name);
    expect(Properties).toMatchObject({ Architectures: ["arm64"], Runtime: "nodejs24.x", MemorySize: 256 });
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    expect(Variables.FLEET_NAME).toBe("fifo-fleet");
    expect(spelled(Variables.FLEET_BUCKET_SUFFIX)).toBe("-<AWS::AccountId>-<AWS::Region>");
    const logs = ofType(resources, "AWS::Logs::LogGroup").filter(
      ({ Properties }) => Properties.LogGroupName === `/fifo-fleet/triggers/${name}`,
    );
    expect(logs.map(({ Properties }) => Properties.RetentionInDays)).toEqual([30]);
    const roles = ofType(resources, "AWS::Lambda::Function").map(({ Properties }) =>
      spelled(Properties.Role),
    );
    expect(new Set(roles).size).toBe(roles.length);
  },
);

test.each(names)("trigger %s may send only to the queues of its own kinds", (name) => {
  const allowed = allowedTo(name)
    .filter(({ Action }) => [Action].flat().includes("sqs:SendMessage"))
    .flatMap(({ Resource }) => listed(Resource))
    .filter((resource) => resource.endsWith(".fifo"));
  const kinds = triggerAccess[name].enqueues ?? [];
  expect(allowed.map((arn) => arn.split(":").at(-1)).sort()).toEqual(
    kinds.map((kind) => queueName("fifo-fleet", kind)).sort(),
  );
});

test("no trigger may receive or delete a message", () => {
  const actions = names.flatMap(allowedTo).flatMap(({ Action }) => [Action].flat());
  expect(actions).toContain("sqs:SendMessage");
  expect(actions.filter((action) => /sqs:(Receive|Delete|Change|Purge)/.test(action))).toEqual([]);
});

test("image-uploaded may read the owner of a form, and nothing else in any table", () => {
  const statements = allowedTo("image-uploaded").filter(({ Action }) =>
    String(Action).startsWith("dynamodb:"),
  );
  expect(statements.map(({ Action, Resource }) => [Action, ...listed(Resource)])).toEqual([
    [
      "dynamodb:GetItem",
      "arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/fifo-fleet-uploads",
    ],
  ]);
});

test.each(from("topic"))(
  "%s is called only by its topic, and an event that keeps failing is kept",
  (name) => {
    const [permission, ...others] = belongingTo("AWS::Lambda::Permission", name);
    expect(others).toEqual([]);
    expect(permission?.Properties).toMatchObject({
      Principal: "sns.amazonaws.com",
      SourceArn: expect.anything(),
    });
    const [invoked] = belongingTo("AWS::Lambda::EventInvokeConfig", name);
    expect(invoked?.Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
    expect(JSON.stringify(invoked?.Properties.DestinationConfig)).toContain(`:fifo-fleet-${name}-failed"`);
  },
);

test.each(from("streams"))(
  "%s reads every stream in order, filters out irrelevant changes, and keeps failed records",
  (name) => {
    const source = eventSources[name] as Extract<EventSource, { from: "streams" }>;
    const mappings = belongingTo("AWS::Lambda::EventSourceMapping", name);
    expect(mappings).toHaveLength(source.tables.length);
    for (const table of source.tables) {
      const mapping = mappings.find(({ Properties }) =>
        spelled(Properties.EventSourceArn).includes(`streamof${table}`),
      );
      expect(mapping?.Properties).toMatchObject({
        StartingPosition: "TRIM_HORIZON",
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: source.maximumRetryAttempts,
        MaximumRecordAgeInSeconds: source.maximumRecordAgeSeconds,
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: source.changes?.[table] }) }] },
      });
      expect(JSON.stringify(mapping?.Properties.DestinationConfig)).toContain("failed");
    }
  },
);

test.each(from("schedule"))(
  "%s is called by its schedule, one call at a time where calls are reserved",
  (name) => {
    const { everyMinutes: every } = eventSources[name] as Extract<EventSource, { from: "schedule" }>;
    expect(reservedFor(name)).toBe(1);
    const rules = ofType(resources, "AWS::Events::Rule").filter(({ Properties }) =>
      JSON.stringify(Properties.Targets).includes(functionOf(name).id),
    );
    expect(rules.map(({ Properties }) => Properties.ScheduleExpression)).toEqual([
      every === 1 ? "rate(1 minute)" : every < 60 ? `rate(${every} minutes)` : `rate(${every / 60} hours)`,
    ]);
    const [permission] = belongingTo("AWS::Lambda::Permission", name);
    expect(spelled(permission?.Properties.SourceArn)).toContain(rules[0]?.id);
  },
);

test("the HTTP API has only the triggers' routes, is throttled, and its log has nothing that people wrote", () => {
  const wanted = names.flatMap((name) => {
    const source: EventSource = eventSources[name];
    return source.from === "http" ? source.routes.map(({ method, path }) => `${method} ${path}`) : [];
  });
  expect(wanted.length).toBeGreaterThan(0);
  const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties.RouteKey);
  expect(routes).toEqual(wanted);
  const [stage] = ofType(resources, "AWS::ApiGatewayV2::Stage");
  expect(stage?.Properties.DefaultRouteSettings).toEqual({
    ThrottlingBurstLimit: 100,
    ThrottlingRateLimit: 50,
  });
  const { Format } = (stage?.Properties.AccessLogSettings ?? {}) as { Format: string };
  expect(Object.keys(JSON.parse(Format)).sort()).toEqual([
    "error",
    "latencyMs",
    "requestId",
    "route",
    "status",
    "time",
  ]);
});

test.each(from("http"))(
  "%s is called by its own routes, and where calls are reserved a flood cannot starve the other triggers",
  (name) => {
    expect(reservedFor(name)).toBe(20);
    const permissions = belongingTo("AWS::Lambda::Permission", name);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe("apigateway.amazonaws.com");
      expect(spelled(Properties.SourceArn)).toMatch(/execute-api.*\/\*\/\*\/[a-z]/);
    }
    expect(permissions.length).toBeGreaterThan(0);
  },
);

test("Slack's secrets are looked up by name, and only slack-message may read them", () => {
  const reading = names.flatMap((name) =>
    allowedTo(name)
      .filter(({ Action }) => JSON.stringify(Action).includes("ssm:"))
      .map(({ Action, Resource }) => [name, Action, ...listed(Resource).map((arn) => arn.split(":").at(-1))]),
  );
  expect(reading).toEqual([
    [
      "slack-message",
      "ssm:GetParameters",
      "parameter/fifo-fleet/slack/signing-secrets",
      "parameter/fifo-fleet/slack/webhook-tokens",
    ],
  ]);
});

test("no concurrency is reserved unless asked for: a new account has none to reserve", () => {
  for (const { Properties } of ofType(resources, "AWS::Lambda::Function"))
    expect(Properties).not.toHaveProperty("ReservedConcurrentExecutions");
});

test("only metrics-due may end instances or set the desired number, and only of the fleet's own group", () => {
  const ending = names.flatMap((name) =>
    allowedTo(name)
      .filter(({ Action }) => JSON.stringify(Action).includes("autoscaling:"))
      .map(({ Action, Resource }) => [
        name,
        ...[Action].flat().sort(),
        ...listed(Resource).map((arn) => arn.split(":").at(-1)),
      ]),
  );
  expect(ending).toEqual([
    ["metrics-due", "autoscaling:DescribeAutoScalingGroups", "*"],
    [
      "metrics-due",
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
      "autoScalingGroupName/fifo-fleet-workers",
    ],
  ]);
});

test("metrics-due counts as often as the settings say, within the time that a call may take", () => {
  const variables = (context: Record<string, unknown>) => {
    const made = resourcesOf({ triggers: fleetOf(context).triggers });
    const found = ofType(made, "AWS::Lambda::Function").find(
      ({ Properties }) => Properties.FunctionName === "fifo-fleet-metrics-due",
    );
    if (found === undefined) throw new Error("no function metrics-due");
    const { Variables } = found.Properties.Environment as { Variables: Record<string, string> };
    return [Variables.FLEET_COUNT_SECONDS, Variables.FLEET_TARGET_WAIT_SECONDS, found.Properties.Timeout];
  };
  expect(variables({})).toEqual(["60", "60", 58]);
  expect(variables({ countSeconds: "10", targetWait: "30,parse-mail=5" })).toEqual([
    "10",
    "30,parse-mail=5",
    58,
  ]);
});

test("metrics-due may read the attributes of every job queue, but no message", () => {
  const statements = allowedTo("metrics-due").filter(({ Action }) => JSON.stringify(Action).includes("sqs:"));
  expect(statements.flatMap(({ Action }) => [Action].flat()).sort()).toEqual([
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
  ]);
  const counted = statements.flatMap(({ Resource }) => listed(Resource)).map((arn) => arn.split(":").at(-1));
  for (const kind of jobKinds) expect(counted).toContain(queueName("fifo-fleet", kind));
});
