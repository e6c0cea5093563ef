// The stack of mail through SES, only when a mail address is set. The address's domain becomes an identity, unless one
// that exists is named. SES stores
// received mails in the mails bucket and notifies the mails topic.
import { CfnOutput, Stack } from "aws-cdk-lib";
import { CfnReceiptRule, CfnReceiptRuleSet, EmailIdentity, Identity } from "aws-cdk-lib/aws-ses";
import type { Construct } from "constructs";
import { RulesDeactivation } from "../constructs/rules-deactivation.ts";
import { domainOf } from "../mail-domain.ts";
import { type Placement, receiptRule, topicArn } from "../placement.ts";
import type { Settings } from "../settings.ts";

export type MailStackProps = {
  address: string;
  aliases: readonly string[];
};

/** The identity of SES that mails are sent by: one that exists, or the domain of the address. */
export const identityOf = ({ mailIdentity }: Pick<Settings, "mailIdentity">, address: string): string =>
  mailIdentity ?? domainOf(address);

/** The stack of mail. */
export class MailStack extends Stack {
  constructor(scope: Construct, id: string, placement: Placement, props: MailStackProps) {
    const { address, aliases } = props;
    super(scope, id, { description: "FIFO Fleet: mail in and out by SES" });
    if (placement.settings.mailIdentity === undefined) this.#verify(domainOf(address));
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
    new RulesDeactivation(this, "Deactivation", {
      fleet: placement.settings.fleet,
      ruleSet,
      rules: [rules, store],
    });
    new CfnOutput(this, "ActivateRules", {
      description: "SES has one active rule set per region; this command activates the fleet's",
      value: `aws ses set-active-receipt-rule-set --rule-set-name ${ruleSet}`,
    });
  }

  /** Makes the domain an identity of SES, and says which records prove that it is ours. */
  #verify(domain: string): void {
    const identity = new EmailIdentity(this, "Identity", { identity: Identity.domain(domain) });
    for (const [index, record] of identity.dkimRecords.entries())
      new CfnOutput(this, `Dkim${index + 1}`, { value: `${record.name} CNAME ${record.value}` });
  }
}
