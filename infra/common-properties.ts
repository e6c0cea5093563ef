// What holds for everything in the stacks and is set in one place: tags, and how long logs are kept.
import { Aspects, Tags } from "aws-cdk-lib";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { IConstruct } from "constructs";
import type { Settings } from "./settings.ts";

/** The tag that names the fleet, by which Cost Explorer and the budget tell its costs. */
export const fleetTag = "fifo-fleet";

/** Sets tags and log retention on everything below a construct. */
export function setCommonProperties(
  scope: IConstruct,
  { fleet, tags = [], logDays }: Pick<Settings, "fleet" | "tags" | "logDays">,
): void {
  for (const [key, value] of [[fleetTag, fleet] as const, ...tags]) Tags.of(scope).add(key, value);
  Aspects.of(scope).add({
    visit: (node) => {
      if (node instanceof CfnLogGroup) node.retentionInDays = logDays;
    },
  });
}
