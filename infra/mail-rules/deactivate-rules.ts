// Deactivates a set of receipt rules before it is deleted: SES deletes no set that is active.
import {
  DescribeActiveReceiptRuleSetCommand,
  type SESClient,
  SetActiveReceiptRuleSetCommand,
} from "@aws-sdk/client-ses";

/**
 * Leaves no set active if this one is. Another set, such as that of another fleet, stays active.
 * @returns whether it was active
 */
export async function deactivateRules(client: SESClient, ruleSet: string): Promise<boolean> {
  const { Metadata } = await client.send(new DescribeActiveReceiptRuleSetCommand({}));
  if (Metadata?.Name !== ruleSet) return false;
  await client.send(new SetActiveReceiptRuleSetCommand({}));
  return true;
}
