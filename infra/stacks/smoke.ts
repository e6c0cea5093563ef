// The stack of the role by which a pipeline's smoke test uses the fleet that it tests. Only in staging.
import { Stack } from "aws-cdk-lib";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { setCommonProperties } from "../common-properties.ts";
import { placementOf } from "../placement.ts";
import { objectsOf } from "../rights.ts";
import type { Settings } from "../settings.ts";
import { sampleBuckets, smokeStatements } from "../smoke-rights.ts";

/** The stack of the smoke test's role. */
export class SmokeStack extends Stack {
  /** The name of the role. */
  readonly roleName: string;

  /** @param tester the account of the pipeline, whose build may assume the role */
  constructor(scope: Construct, settings: Settings, tester: string) {
    super(scope, `${settings.fleet}-smoke`, { description: "FIFO Fleet: rights of the smoke test" });
    this.roleName = `${settings.fleet}-smoke`;
    const placement = placementOf(settings);
    const role = new Role(this, "Role", {
      roleName: this.roleName,
      description: `FIFO Fleet: smoke test of ${settings.fleet}`,
      assumedBy: new AccountPrincipal(tester),
    });
    for (const statement of smokeStatements(placement)) role.addToPolicy(statement);
    acknowledge(
      role,
      Object.fromEntries(
        sampleBuckets.map((bucket) => [
          `IAM5[Resource::${objectsOf(placement, bucket)}]`,
          "The keys of samples are not known; it may write there and read nothing.",
        ]),
      ),
    );
    setCommonProperties(this, settings);
  }
}
