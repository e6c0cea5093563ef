// The stack for operators: the dashboard, the alarms, and the topic of the alarms.
import { Aws, CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { alarmTopic } from "../constructs/alarm-topic.ts";
import { FleetAlarms } from "../constructs/fleet-alarms.ts";
import { FleetDashboard } from "../constructs/fleet-dashboard.ts";
import { InstanceAlarms } from "../constructs/instance-alarms.ts";
import { monthlyBudget } from "../constructs/monthly-budget.ts";
import type { TriggerFunction } from "../constructs/trigger-function.ts";
import type { Placement } from "../placement.ts";
import type { WorkersStack } from "./workers.ts";

export type OperationsStackProps = {
  /** Every trigger, by name. */
  functions: Readonly<Record<string, TriggerFunction>>;
  workers: WorkersStack;
};

/** The stack of operations. */
export class OperationsStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings }: Placement,
    { functions: triggers, workers }: OperationsStackProps,
  ) {
    super(scope, id, { description: "FIFO Fleet: dashboard and alarms" });
    const { fleet, alarmMail, maxInstances, onDemandAfterMinutes } = settings;
    const functions = Object.entries(triggers);
    const shared = {
      fleet,
      triggers: new Map(functions.map(([name, { lambda }]) => [name, lambda] as const)),
      streamReaders: functions.flatMap(([name, { source }]) => (source.from === "streams" ? [name] : [])),
    };
    const topic = alarmTopic(this, fleet, alarmMail);
    const { alarms } = new FleetAlarms(this, "Tell", { ...shared, topic });
    const instances = new InstanceAlarms(this, "Instances", {
      fleet,
      topic,
      spot: workers.groupName,
      onDemand: workers.onDemandGroupName,
      maxInstances,
      onDemandAfterMinutes,
    });
    new FleetDashboard(this, "Show", {
      ...shared,
      groupName: workers.groupName,
      onDemandGroupName: workers.onDemandGroupName,
      alarms: [...alarms, ...instances.alarms],
      scalingAlarms: [...workers.scaling.alarms, ...workers.standInAlarms],
    });
    if (settings.monthlyBudget && alarmMail)
      monthlyBudget(this, { fleet, dollars: settings.monthlyBudget, mail: alarmMail });
    new CfnOutput(this, "DashboardUrl", {
      value: `https://console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${fleet}`,
    });
  }
}
