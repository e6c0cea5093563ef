// Findings of cdk-nag that are meant as they are: each with its reason, beside the construct that causes it.
import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Rules of the pack `AwsSolutions` by their short names, e.g. `IAM5[Resource::*]`, each with the reason why it does not apply. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    const id = `AwsSolutions-${spelled(Stack.of(construct).resolve(rule))}`;
    Validations.of(construct).acknowledge({ id, reason });
  }
}

/** A value with references as cdk-nag spells them in a finding's name: `<AWS::Region>`. */
function spelled(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    if ("Ref" in value) return `<${value.Ref}>`;
    if ("Fn::Join" in value) {
      const [separator, parts] = value["Fn::Join"] as [string, unknown[]];
      return parts.map(spelled).join(separator);
    }
    if ("Fn::GetAtt" in value) return `<${(value["Fn::GetAtt"] as string[]).join(".")}>`;
    if ("Fn::ImportValue" in value) return spelled(value["Fn::ImportValue"]);
  }
  throw new TypeError(`a finding's name holds ${JSON.stringify(value)}`);
}
