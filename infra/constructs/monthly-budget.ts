// The budget of a fleet: AWS Budgets adds up what carries the fleet's tag and writes when a month goes above the setting. The
// tag must be activated for costs once in the account (docs/costs.md); until then the budget sees nothing.
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import type { Construct } from "constructs";
import { fleetTag } from "../common-properties.ts";

/** Creates the budget. */
export function monthlyBudget(
  scope: Construct,
  { fleet, dollars, mail }: { fleet: string; dollars: number; mail: string },
): CfnBudget {
  const notice = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
    notification: {
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
    },
    subscribers: [{ subscriptionType: "EMAIL", address: mail }],
  });
  return new CfnBudget(scope, "Budget", {
    budget: {
      budgetName: `${fleet}-monthly`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      budgetLimit: { amount: dollars, unit: "USD" },
      // User-defined tags are named so in cost filters (API reference of AWS Budgets, "Budget").
      costFilters: { TagKeyValue: [`user:${fleetTag}$${fleet}`] },
    },
    notificationsWithSubscribers: [notice("ACTUAL", 80), notice("ACTUAL", 100), notice("FORECASTED", 100)],
  });
}
