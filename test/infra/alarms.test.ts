// What people are told by alarms: every alarm of every stack, its text, its page, and whether something emits its metric.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { eventSources } from "../../triggers/catalog/event-sources.ts";
import { retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { emittedMetrics } from "../support/emitted-metrics.ts";
import { queriesOf } from "../support/metric-math.ts";
import { fleetOf, ofType, type Resource, resourcesOf, spelled } from "../support/synth.ts";

const settings = { alarmMail: "ops@example.org", mailAddress: "stories@example.org" };
const stacks = fleetOf(settings);
const resources = resourcesOf(stacks);
const metricAlarms = ofType(resources, "AWS::CloudWatch::Alarm");
const composites = ofType(resources, "AWS::CloudWatch::CompositeAlarm");
const nameOf = ({ Properties }: Resource) => String(Properties.AlarmName);
const familyOf = (alarm: Resource) => nameOf(alarm).replace("fifo-fleet-", "").split("-")[0] ?? "";
const actionsOf = ({ Properties }: Resource) => JSON.stringify(Properties.AlarmActions ?? []);
const notifying = [...metricAlarms, ...composites].filter((alarm) => actionsOf(alarm).includes('"Alarms'));
const folder = join(import.meta.dirname, "../../docs/runbooks");
const text = /^(?<wrong>\S.+\.) People: (?<people>\S.+\.) Run: (?<command>\S.+) Page: (?<page>\S+\.md)$/;
const partsOf = ({ Properties }: Resource) => text.exec(String(Properties.AlarmDescription))?.groups;

describe("texts", () => {
  test("every alarm either tells people, sizes the fleet, or stops a rollout", () => {
    const others = metricAlarms.filter((alarm) => !notifying.includes(alarm));
    const silent = others.filter((alarm) => !/Scaling|StandIn/.test(actionsOf(alarm)));
    expect(others.map(familyOf)).toEqual([
      "Grow",
      "WaitingBySqs1",
      "WaitingBySqs2",
      "StandIn",
      "StandInsLeave",
      "version",
    ]);
    expect(silent.map(familyOf)).toEqual(["version"]);
  });

  test("every alarm for people says what is wrong, what they notice, a command and a page, and is heard when it ends", () => {
    expect(notifying.length).toBeGreaterThan(60);
    for (const alarm of notifying) {
      expect([nameOf(alarm), partsOf(alarm) === undefined]).toEqual([nameOf(alarm), false]);
      expect(String(alarm.Properties.AlarmDescription).length).toBeLessThanOrEqual(1024);
      expect(alarm.Properties.OKActions).toEqual(alarm.Properties.AlarmActions);
      expect(nameOf(alarm)).toMatch(/^fifo-fleet-[A-Z]/);
    }
    expect(new Set(notifying.map(nameOf)).size).toBe(notifying.length);
  });

  test("the page of every alarm exists, names the alarm and has its command; no page is without an alarm", () => {
    const pages = new Set<string>();
    for (const alarm of notifying) {
      const { page = "", command = "" } = partsOf(alarm) ?? {};
      const path = join(folder, "../..", page);
      expect([nameOf(alarm), existsSync(path)]).toEqual([nameOf(alarm), true]);
      const content = readFileSync(path, "utf8").replaceAll(/\s+/g, " ");
      expect(content, page).toContain(`\`${familyOf(alarm)}`);
      // A page of several triggers shows the command with a word that stands for one.
      const about = nameOf(alarm).replace(/^fifo-fleet-[A-Za-z]+-?/, "") || "TRIGGER";
      const shown = [command, command.replaceAll(`/${about}`, "/TRIGGER")];
      expect(
        shown.some((one) => content.includes(one)),
        `${page}: ${command}`,
      ).toBe(true);
      pages.add(page.replace("docs/runbooks/", ""));
    }
    expect(readdirSync(folder).sort()).toEqual([...pages].sort());
  });

  test("with an address of the documentation, the text has a link that can be followed", () => {
    const linked = ofType(
      resourcesOf({ operations: fleetOf({ docsUrl: "https://example.org/fleet/docs/" }).operations }),
      "AWS::CloudWatch::Alarm",
    );
    for (const alarm of linked)
      expect(partsOf(alarm)?.page).toMatch(/^https:\/\/example\.org\/fleet\/docs\/runbooks\/[a-z-]+\.md$/);
  });

  test("synthesis warns when nobody hears the alarms", () => {
    const warning = Match.stringLikeRegexp("Nobody hears the alarms");
    expect(Annotations.fromStack(fleetOf().operations).findWarning("*", warning)).toHaveLength(1);
    expect(Annotations.fromStack(stacks.operations).findWarning("*", warning)).toEqual([]);
  });
});

describe("metrics", () => {
  type Measured = { namespace: string; name: string; dimensions: Record<string, string> };
  const measured = (alarm: Resource): Measured[] => {
    const { Namespace, MetricName, Dimensions = [] } = alarm.Properties;
    const single = { Namespace, MetricName, Dimensions } as never;
    const metrics = MetricName
      ? [single]
      : queriesOf(alarm).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
    return metrics.map(({ Namespace: namespace, MetricName: name, Dimensions: list = [] }) => ({
      namespace,
      name,
      dimensions: Object.fromEntries(
        (list as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, spelled(Value)]),
      ),
    }));
  };
  const all = metricAlarms.flatMap((alarm) =>
    measured(alarm).map((metric) => ({ alarm: nameOf(alarm), ...metric })),
  );

  test("every metric of our own is printed by our code, with these dimensions", async () => {
    const emitted = (await emittedMetrics("fifo-fleet")).map(({ name, dimensions }) =>
      JSON.stringify([name, Object.keys(dimensions).sort()]),
    );
    const own = all.filter(({ namespace }) => namespace === "FifoFleet");
    expect(own.length).toBeGreaterThan(10);
    for (const { alarm, name, dimensions } of own)
      expect(emitted, alarm).toContain(JSON.stringify([name, Object.keys(dimensions).sort()]));
  });

  /** Metrics that AWS documents, and the dimension under which. */
  const ofAws: Record<string, [string, string[]]> = {
    "AWS/SQS": ["QueueName", ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"]],
    "AWS/Lambda": ["FunctionName", ["Errors", "Throttles", "IteratorAge"]],
    "AWS/Events": ["RuleName", ["MatchedEvents"]],
    "AWS/AutoScaling": [
      "AutoScalingGroupName",
      ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
    ],
    "AWS/ApiGateway": ["ApiId", ["5xx"]],
    "AWS/SES": ["", ["Reputation.BounceRate", "Reputation.ComplaintRate"]],
  };

  test("every metric of AWS is documented, and is about something that a stack has", () => {
    const physical = resources.flatMap(
      ({ Properties: { QueueName, FunctionName, AutoScalingGroupName, Name } }) =>
        [QueueName, FunctionName, AutoScalingGroupName, Name].filter((name) => typeof name === "string"),
    );
    for (const { alarm, namespace, name, dimensions } of all.filter(
      ({ namespace }) => namespace !== "FifoFleet",
    )) {
      const [dimension = "", names = []] = ofAws[namespace] ?? [];
      expect(names, alarm).toContain(name);
      expect(Object.keys(dimensions)).toEqual(dimension === "" ? [] : [dimension]);
      if (namespace === "AWS/ApiGateway")
        expect(dimensions.ApiId).toMatch(/^<SsmParameterValuefifofleetstacksapiof/);
      else if (dimension !== "") expect(physical, alarm).toContain(dimensions[dimension]);
    }
    for (const { Properties } of ofType(resources, "AWS::AutoScaling::AutoScalingGroup"))
      expect(Properties.MetricsCollection).toEqual([{ Granularity: "1Minute" }]);
  });

  test("the one query is about the throttled requests of tables", () => {
    const queries = metricAlarms.flatMap((alarm) =>
      queriesOf(alarm).flatMap(({ Expression, Period }) =>
        Expression?.startsWith("SELECT") ? [[Expression, Period]] : [],
      ),
    );
    expect(queries).toEqual([
      ['SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)', 300],
    ]);
  });
});

describe("what is watched", () => {
  const of = (family: string) => notifying.filter((alarm) => familyOf(alarm) === family).map(nameOf);

  test("every kind has an alarm for lateness and one for expiry, every trigger for errors and throttles, every API for 5xx", () => {
    const triggers = Object.keys(eventSources);
    const named = (family: string, about: readonly string[]) =>
      about.map((one) => `fifo-fleet-${family}-${one}`);
    expect(of("Late")).toEqual(named("Late", jobKinds));
    expect(of("Expiring")).toEqual(named("Expiring", jobKinds));
    for (const family of ["TriggerErrors", "TriggerThrottles"])
      expect(of(family)).toEqual(named(family, triggers));
    expect(of("TriggerBehind")).toEqual(named("TriggerBehind", ["record-changed"]));
    expect(of("ApiErrors")).toEqual(named("ApiErrors", ["triggers", "web"]));
  });

  test("every dead-letter queue and failure queue is watched for messages that would expire", () => {
    const ends = ofType(resources, "AWS::SQS::Queue").flatMap(({ Properties: { QueueName } }) =>
      /-dead\.fifo$|-failed$/.test(String(QueueName)) ? [String(QueueName)] : [],
    );
    const watched = metricAlarms
      .filter((alarm) => familyOf(alarm) === "ExpiringDead")
      .flatMap((alarm) => {
        expect(alarm.Properties.Threshold).toBe(retentionSeconds.deadLetters / 2);
        const own = queriesOf(alarm).flatMap(({ MetricStat }) =>
          spelled(MetricStat?.Metric.Dimensions?.[0]?.Value),
        );
        return own.filter((name) => name !== "undefined");
      });
    expect(watched.sort()).toEqual(ends.sort());
  });

  test("no alarm takes more metrics than CloudWatch allows", () => {
    for (const alarm of metricAlarms)
      expect(
        queriesOf(alarm).filter(({ MetricStat }) => MetricStat).length,
        nameOf(alarm),
      ).toBeLessThanOrEqual(10);
  });

  test("without mail nothing watches mail, and without pages nothing watches pages", () => {
    const few = resourcesOf({ operations: fleetOf({ web: "false" }).operations });
    const names = ofType(few, "AWS::CloudWatch::Alarm").map(nameOf);
    expect(names.filter((name) => /Mail|-web$/.test(name))).toEqual([]);
    expect(of("MailBounces").length + of("MailComplaints").length).toBe(2);
  });
});
