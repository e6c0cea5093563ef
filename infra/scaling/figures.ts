// What the scaling policy sees: the figures of one instant, and what the waiting work amounts to.

/** The work of one job kind at one moment. */
export type KindFigures = {
  /** Messages that wait to be received. */
  waiting: number;
  /** Observed seconds of one run; absent until a run has ended. */
  secondsPerJob?: number;
  /** Slots that one job takes; 1 unless given. */
  slotsPerJob?: number;
  /** How long its jobs may wait; the policy's own target unless given. */
  targetWaitSeconds?: number;
};

/** The figures of one instant. All counts are of the same moment, so none mixes sources of different age. */
export type ScalingFigures = {
  /** Seconds on any clock that only goes forward. */
  at: number;
  kinds: Readonly<Record<string, KindFigures>>;
  /** Messages received and not yet deleted, over all kinds. */
  inFlight: number;
  busySlots: number;
  idleSlots: number;
  /** Instances whose workers report slots. */
  inService: number;
  /** Jobs that have ended so far. Without it, jobs shorter than the time between two looks go unseen. */
  ended?: number;
  /** Message groups with work, where they are known; the fleet never grows past them. */
  openGroups?: number;
};

/** The defaults for what the figures leave open. */
export type BacklogDefaults = {
  /** Seconds of a run, used until one has ended. */
  priorSecondsPerJob: number;
  /** How long a job may wait while the fleet runs. */
  targetWaitSeconds: number;
};

/** True while any message waits or is in flight, or a slot is busy: SQS's counts are approximate. */
export function hasWork({ kinds, inFlight, busySlots }: ScalingFigures): boolean {
  return inFlight > 0 || busySlots > 0 || Object.values(kinds).some(({ waiting }) => waiting > 0);
}

/** Slot-seconds of waiting work, and the slots that it would take to start all of it within its target. */
export function backlogOf(defaults: BacklogDefaults, { kinds }: Pick<ScalingFigures, "kinds">) {
  let seconds = 0;
  let slots = 0;
  for (const { waiting, secondsPerJob, slotsPerJob = 1, targetWaitSeconds } of Object.values(kinds)) {
    const work = waiting * (secondsPerJob ?? defaults.priorSecondsPerJob) * slotsPerJob;
    seconds += work;
    slots += work / (targetWaitSeconds ?? defaults.targetWaitSeconds);
  }
  return { seconds, slots };
}
