// Deactivates the receipt rules when their stack is deleted (infra/mail-rules/): SES deletes no active set of rules.
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct, type IConstruct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { DeployFunction } from "./deploy-function.ts";

export type RulesDeactivationProps = {
  fleet: string;
  ruleSet: string;
  /** The set and its rules, which are deleted afterwards. */
  rules: readonly IConstruct[];
};

/** What is deleted before the rules. */
export class RulesDeactivation extends Construct {
  constructor(scope: Construct, id: string, { fleet, ruleSet, rules }: RulesDeactivationProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/${fleet}/mail-rules`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const deactivate = new DeployFunction(this, "Deactivate", {
      functionName: `${fleet}-deactivate-mail-rules`,
      description: "deactivates receipt rules that are deleted",
      entry: "infra/mail-rules/function.ts",
      timeout: Duration.minutes(1),
      statements: [
        new PolicyStatement({
          actions: ["ses:DescribeActiveReceiptRuleSet", "ses:SetActiveReceiptRuleSet"],
          resources: ["*"],
        }),
      ],
      logGroup,
    });
    acknowledge(deactivate.role, {
      "IAM5[Resource::*]": "SES's actions on receipt rules support no resource.",
    });
    deactivate.resource("Rules", { properties: { RuleSet: ruleSet }, after: rules });
  }
}
