// Dashboard and alarms of the synthesised templates.
import { expect, test } from "vitest";
import { eventSources } from "../../triggers/catalog/event-sources.ts";
import { retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { fleetOf, ofType, resourcesOf, spelled, statementsIn } from "../support/synth.ts";

const resources = resourcesOf({ operations: fleetOf({ alarmMail: "ops@example.org" }).operations });
const alarms = ofType(resources, "AWS::CloudWatch::Alarm");
const watching = (text: string) =>
  alarms.filter(({ Properties }) => JSON.stringify(Properties).includes(text));
const triggers = Object.keys(eventSources);

test("there are alarms for dead letters, failed events, late jobs, lost leases, failing triggers and missing workers", () => {
  for (const text of [
    '"DeadArrived"',
    '"FailedEventsArrived"',
    '"LeaseLosses"',
    "visible > 0 AND inFlight < 1",
  ])
    expect(watching(text).length).toBeGreaterThanOrEqual(1);
  for (const kind of jobKinds)
    expect(
      watching("ApproximateAgeOfOldestMessage").some(({ Properties }) =>
        JSON.stringify(Properties).includes(`-${kind}.fifo`),
      ),
    ).toBe(true);
  expect(watching('"Errors"')).toHaveLength(triggers.length);
  expect(watching('"IteratorAge"')).toHaveLength(1);
});

test("for every kind, two alarms tell of a job that waits: after half an hour, and at half of what SQS keeps", () => {
  for (const kind of jobKinds) {
    const ages = watching("ApproximateAgeOfOldestMessage")
      .filter(({ Properties }) => JSON.stringify(Properties).includes(`-${kind}.fifo`))
      .map(({ Properties }) => Properties.Threshold);
    expect(ages).toEqual([30 * 60, retentionSeconds.jobs / 2]);
  }
  expect(retentionSeconds.jobs).toBe(14 * 24 * 60 * 60);
});

test("an alarm is raised at its threshold, not only beyond it; only missing counts fall below one", () => {
  for (const { id, Properties } of alarms)
    expect([id, Properties.ComparisonOperator]).toEqual([
      id,
      id.includes("NotCounted") ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
    ]);
});

test("missing counts raise an alarm, and no other missing data does", () => {
  const breaching = alarms.filter(({ Properties }) => Properties.TreatMissingData === "breaching");
  expect(breaching.map(({ id }) => id.includes("NotCounted"))).toEqual([true]);
});

test("alarms may publish to their topic, and a configured mail address is subscribed to it", () => {
  const [subscription] = ofType(resources, "AWS::SNS::Subscription");
  expect(subscription?.Properties).toMatchObject({ Protocol: "email", Endpoint: "ops@example.org" });
  const [allowed] = ofType(resources, "AWS::SNS::TopicPolicy")
    .flatMap(statementsIn)
    .filter(({ Effect }) => Effect === "Allow");
  expect(allowed).toMatchObject({
    Action: "sns:Publish",
    Principal: { Service: "cloudwatch.amazonaws.com" },
  });
  expect(ofType(resourcesOf({ operations: fleetOf().operations }), "AWS::SNS::Subscription")).toEqual([]);
});

test("the dashboard shows every queue and trigger, outcomes, times, slots, instances, cost and alarms", () => {
  const [dashboard] = ofType(resources, "AWS::CloudWatch::Dashboard");
  const body = spelled(dashboard?.Properties.DashboardBody);
  const wanted = [
    ...jobKinds.flatMap((kind) => [`fifo-fleet-${kind}.fifo`, `fifo-fleet-${kind}-dead.fifo`]),
    ...triggers.flatMap((name) => [`${name} errors`, `${name} throttles`]),
    ...["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesNotVisible", "NumberOfMessagesDeleted"],
    ...["Completed", "Retried", "Rejected", "DeadLettered", "Returned", "Lost", "LeaseLosses"],
    ...["Wait", "Run", "p50", "p95", "p99", "BusySlots", "IdleSlots", "IteratorAge", "FailedEvents"],
    ...[
      "GroupDesiredCapacity",
      "GroupInServiceInstances",
      "fifo-fleet-spot-interruptions",
      "US dollars an hour",
    ],
  ];
  for (const text of wanted) expect(body).toContain(text);
  expect(body.match(/"type":"alarm"/g)).toHaveLength(2);
});
