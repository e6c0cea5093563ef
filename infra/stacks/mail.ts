// The stack of mail through SES, only when a mail address is set. The address's domain becomes an identity. SES stores
// received mails in the mails bucket and notifies the mails topic.
import { CfnOutput, Stack } from "aws-cdk-lib";
import { CfnReceiptRule, CfnReceiptRuleSet, EmailIdentity, Identity } from "aws-cdk-lib/aws-ses";
import type { Construct } from "constructs";
import { type Placement, receiptRule, topicArn } from "../placement.ts";

export type MailStackProps = {
  address: string;
  aliases: readonly string[];
};

/** The domain of a mail address. */
export const domainOf = (address: string) => address.slice(address.lastIndexOf("@") + 1);

/** The stack of mail. */
export class MailStack extends Stack {
  constructor(scope: Construct, id: string, placement: Placement, props: MailStackProps) {
    const { address, aliases } = props;
    super(scope, id, { description: "FIFO Fleet: mail in and out by SES" });
    const identity = new EmailIdentity(this, "Identity", { identity: Identity.domain(domainOf(address)) });
    const { ruleSet, rule } = receiptRule(placement);
    const rules = new CfnReceiptRuleSet(this, "Rules", { ruleSetName: ruleSet });
    const store = new CfnReceiptRule(this, "Store", {
      ruleSetName: rules.ref,
      rule: {
        name: rule,
        enabled: true,
        recipients: [address, ...aliases.filter((alias) => domainOf(alias) === domainOf(address))],
        scanEnabled: true,
        tlsPolicy: "Require",
        actions: [
          { s3Action: { bucketName: placement.names.buckets.mails, topicArn: topicArn(placement, "mails") } },
        ],
      },
    });
    store.addResourceDependency(rules);
    new CfnOutput(this, "ActivateRules", {
      description: "SES has one active rule set per region; this command activates the fleet's",
      value: `aws ses set-active-receipt-rule-set --rule-set-name ${ruleSet}`,
    });
    for (const [index, record] of identity.dkimRecords.entries())
      new CfnOutput(this, `Dkim${index + 1}`, { value: `${record.name} CNAME ${record.value}` });
  }
}
