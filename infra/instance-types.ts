// The instance types of the fleet: current generations with two cores and at least 4 GiB, so that every worker has about
// the same number of slots. Many types, because spot capacity differs by type and zone.

export const architectures = ["x86_64", "arm64"] as const;

/** The processor architecture of the workers' image. */
export type FleetArchitecture = (typeof architectures)[number];

/** At least 12 types each. With `price-capacity-optimized`, Auto Scaling picks the deepest and cheapest pools. */
export const instanceTypes: Readonly<Record<FleetArchitecture, readonly string[]>> = {
  x86_64: [
    "c7i.large",
    "c7i-flex.large",
    "c7a.large",
    "c6i.large",
    "c6a.large",
    "c6id.large",
    "c6in.large",
    "m7i.large",
    "m7i-flex.large",
    "m7a.large",
    "m6i.large",
    "m6a.large",
    "m6id.large",
    "r7i.large",
    "r6i.large",
    "r6a.large",
  ],
  arm64: [
    "c8g.large",
    "c7g.large",
    "c7gd.large",
    "c7gn.large",
    "c6g.large",
    "c6gd.large",
    "c6gn.large",
    "m8g.large",
    "m7g.large",
    "m7gd.large",
    "m6g.large",
    "m6gd.large",
    "r8g.large",
    "r7g.large",
    "r6g.large",
  ],
};
