// When on-demand instances stand in for spot instances that do not come. A pure function: CDK's alarms act on the same
// numbers, the laptop's fleet calls it.

/** The policy. */
export type OnDemandPolicy = {
  /** Spot instances must have been missing for so long before on-demand ones stand in. */
  afterSeconds: number;
  /** When as many spot instances as were asked for have served for so long, the stand-ins leave. */
  backAfterSeconds: number;
};

/** Auto Scaling's instances of one group at one moment. */
export type GroupFigures = {
  desired: number;
  inService: number;
  /** On their way into service. */
  pending: number;
};

/** Instances that were asked for and of which there is no sign: neither in service nor booting. */
export const missingOf = ({ desired, inService, pending }: GroupFigures): number =>
  Math.max(0, desired - inService - pending);

/** Instances that were asked for and do not serve; those that boot may still fail. */
export const notServingOf = ({ desired, inService }: GroupFigures): number =>
  Math.max(0, desired - inService);

/** Numbers of stand-ins. CloudFormation takes at most twenty steps, so that large gaps are filled in part. */
export const standInSteps = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100] as const;

/** The number of stand-ins for so many instances that do not serve: the largest step that is not above it. */
export const standInsFor = (notServing: number): number =>
  standInSteps.findLast((step) => step <= notServing) ?? 0;

/** What the policy remembers: since when instances have been missing, or all served; seconds on the caller's clock. */
export type OnDemandMemory = { missingSince?: number | undefined; allServeSince?: number | undefined };

/** The wanted number of stand-ins, and what to remember until the next look. */
export function decideOnDemand(
  policy: OnDemandPolicy,
  spot: GroupFigures,
  { at, current, memory }: { at: number; current: number; memory: OnDemandMemory },
): { wanted: number; memory: OnDemandMemory } {
  const notServing = notServingOf(spot);
  if (missingOf(spot) > 0) {
    const missingSince = memory.missingSince ?? at;
    const longEnough = at - missingSince >= policy.afterSeconds;
    return { wanted: longEnough ? standInsFor(notServing) : current, memory: { missingSince } };
  }
  // Those that are missing no more still boot: the stand-ins stay until they serve.
  if (notServing > 0) return { wanted: current, memory: {} };
  const allServeSince = memory.allServeSince ?? at;
  return { wanted: at - allServeSince >= policy.backAfterSeconds ? 0 : current, memory: { allServeSince } };
}
