// When on-demand instances stand in for spot instances that do not come. A pure function: CDK's alarms act on the same
// numbers, the laptop's fleet calls it.

/** The policy. */
export type OnDemandPolicy = {
  /** Spot instances must have been missing for so long before on-demand ones stand in. */
  afterSeconds: number;
  /** When none has been missing for so long, the stand-ins leave. */
  backAfterSeconds: number;
};

/** Auto Scaling's instances of one group at one moment. */
export type GroupFigures = {
  desired: number;
  /** In service, and on their way there. */
  inService: number;
  pending: number;
};

/** Spot instances that were asked for and of which there is no sign: neither in service nor booting. */
export const missingOf = ({ desired, inService, pending }: GroupFigures): number =>
  Math.max(0, desired - inService - pending);

/** Numbers of stand-ins. CloudFormation takes at most twenty steps, so that large gaps are filled in part. */
export const standInSteps = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100] as const;

/** The number of stand-ins for so many missing instances: the largest step that is not above it. */
export const standInsFor = (missing: number): number => standInSteps.findLast((step) => step <= missing) ?? 0;

/** What the policy remembers: since when instances have been missing, or none; seconds on the caller's clock. */
export type OnDemandMemory = { missingSince?: number | undefined; noneSince?: number | undefined };

/** The wanted number of stand-ins, and what to remember until the next look. */
export function decideOnDemand(
  policy: OnDemandPolicy,
  spot: GroupFigures,
  { at, current, memory }: { at: number; current: number; memory: OnDemandMemory },
): { wanted: number; memory: OnDemandMemory } {
  const missing = missingOf(spot);
  if (missing > 0) {
    const missingSince = memory.missingSince ?? at;
    const longEnough = at - missingSince >= policy.afterSeconds;
    return { wanted: longEnough ? standInsFor(missing) : current, memory: { missingSince } };
  }
  const noneSince = memory.noneSince ?? at;
  return { wanted: at - noneSince >= policy.backAfterSeconds ? 0 : current, memory: { noneSince } };
}
