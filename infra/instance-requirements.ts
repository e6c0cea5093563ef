// Which instance types a fleet may run on, by attributes: Auto Scaling takes those that the region has. Two cores and at least
// 4 GiB, so that every worker has about the same number of slots; many types, because spot capacity differs by type and zone.
import type { CfnAutoScalingGroup } from "aws-cdk-lib/aws-autoscaling";

export const architectures = ["x86_64", "arm64"] as const;

/** The processor architecture of the workers' image. */
export type FleetArchitecture = (typeof architectures)[number];

/** The makers whose processors have the architecture; the names are Auto Scaling's. */
const makers: Readonly<Record<FleetArchitecture, readonly string[]>> = {
  x86_64: ["intel", "amd"],
  arm64: ["amazon-web-services"],
};

/**
 * The attributes for an architecture. Types whose price is far above the cheapest are left out by Auto Scaling's own price
 * protection. Burstable types would run out of credits, previous generations are slower by a third.
 */
export function instanceRequirements(
  architecture: FleetArchitecture,
): CfnAutoScalingGroup.InstanceRequirementsProperty {
  return {
    vCpuCount: { min: 2, max: 2 },
    memoryMiB: { min: 3840, max: 17_408 },
    cpuManufacturers: [...makers[architecture]],
    instanceGenerations: ["current"],
    burstablePerformance: "excluded",
    bareMetal: "excluded",
    acceleratorCount: { max: 0 },
  };
}
