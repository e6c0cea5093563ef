// The stack for operators: the dashboard, the alarms, and the topic of the alarms. It names what it watches.
import { Annotations, Aws, CfnOutput, Stack } from "aws-cdk-lib";
import { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { AccountAlarms } from "../constructs/account-alarms.ts";
import { alarmTopic } from "../constructs/alarm-topic.ts";
import { FleetAlarms } from "../constructs/fleet-alarms.ts";
import { FleetDashboard } from "../constructs/fleet-dashboard.ts";
import { InstanceAlarms } from "../constructs/instance-alarms.ts";
import { monthlyBudget } from "../constructs/monthly-budget.ts";
import type { Bell } from "../constructs/notifying-alarm.ts";
import { peopleAffected } from "../constructs/people-affected.ts";
import { savedQueries } from "../constructs/saved-queries.ts";
import { TriggerAlarms } from "../constructs/trigger-alarms.ts";
import type { Placement } from "../placement.ts";
import type { Settings } from "../settings.ts";
import type { WorkersStack } from "./workers.ts";

/** The stack of operations. */
export class OperationsStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings }: Placement,
    workers: Pick<WorkersStack, "groupName" | "onDemandGroupName" | "scalingAlarms" | "logGroupName">,
  ) {
    super(scope, id, { description: "FIFO Fleet: dashboard and alarms" });
    const { fleet, alarmMail, docsUrl = "docs" } = settings;
    const bell = { fleet, topic: alarmTopic(this, fleet, alarmMail), docs: docsUrl.replace(/\/$/, "") };
    if (alarmMail === undefined)
      Annotations.of(this).addWarningV2(
        "fifo-fleet:nobody-hears",
        "Nobody hears the alarms: deploy with -c alarmMail=ADDRESS, or subscribe to the alarms' topic",
      );
    const alarms = this.#alarms(bell, settings, workers);
    peopleAffected(this, bell, alarms);
    new FleetDashboard(this, "Show", {
      fleet,
      maxInstances: settings.maxInstances,
      docs: bell.docs,
      triggers: triggersOf(settings),
      streamReaders: triggersOf(settings).filter((name) => eventSources[name].from === "streams"),
      groupName: workers.groupName,
      onDemandGroupName: workers.onDemandGroupName,
      alarms,
      scalingAlarms: workers.scalingAlarms.map((name) => Alarm.fromAlarmName(this, name, name)),
    });
    savedQueries(this, { fleet, workersLog: workers.logGroupName });
    if (settings.monthlyBudget && alarmMail)
      monthlyBudget(this, { fleet, dollars: settings.monthlyBudget, mail: alarmMail });
    new CfnOutput(this, "DashboardUrl", {
      value: `https://console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${fleet}`,
    });
  }

  #alarms(
    bell: Bell,
    settings: Settings,
    workers: Pick<WorkersStack, "groupName" | "onDemandGroupName">,
  ): Alarm[] {
    const { maxInstances, onDemandAfterMinutes, mailAddress, web } = settings;
    const triggers = triggersOf(settings);
    const routed = triggers.some((name) => eventSources[name].from === "http");
    const sets = [
      new FleetAlarms(this, "Tell", bell),
      new TriggerAlarms(this, "Triggers", bell, {
        triggers,
        apis: [...(routed ? ["triggers" as const] : []), ...(web ? ["web" as const] : [])],
      }),
      new InstanceAlarms(this, "Instances", bell, {
        spot: workers.groupName,
        onDemand: workers.onDemandGroupName,
        maxInstances,
        onDemandAfterMinutes,
      }),
      new AccountAlarms(this, "Account", bell, { sendsMail: mailAddress !== undefined }),
    ];
    return sets.flatMap(({ alarms }) => alarms);
  }
}

/** The triggers that a fleet with these settings has. */
const triggersOf = ({ web, slack }: Settings): TriggerName[] =>
  Object.entries<EventSource>(eventSources).flatMap(([name, { from }]) =>
    (from === "pages" && !web) || (from === "http" && !slack) ? [] : [name as TriggerName],
  );
