// Acknowledges findings of cdk-nag that are intended, each with its reason, beside the construct that causes it.
import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Acknowledges findings of a construct.
 * @param reasons why each rule does not apply, by its short name in the pack `AwsSolutions`, such as `IAM5[Resource::*]`
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    const id = `AwsSolutions-${findingName(Stack.of(construct).resolve(rule))}`;
    Validations.of(construct).acknowledge({ id, reason });
  }
}

/** Writes a value with references as cdk-nag does in the name of a finding: `<AWS::Region>`. */
function findingName(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    if ("Ref" in value) return `<${value.Ref}>`;
    if ("Fn::Join" in value) {
      const [separator, parts] = value["Fn::Join"] as [string, unknown[]];
      return parts.map(findingName).join(separator);
    }
    if ("Fn::GetAtt" in value) return `<${(value["Fn::GetAtt"] as string[]).join(".")}>`;
    if ("Fn::ImportValue" in value) return findingName(value["Fn::ImportValue"]);
  }
  throw new TypeError(`the name of a finding contains ${JSON.stringify(value)}`);
}
