// How many instances the jobs at hand need: the pure policy that also shrinks the fleet under load. The simulator compares it
// with the policy of the deployed alarms (scaling-policy.ts); local fleet and alarms do not use it yet.

/** The work of one job kind at one moment. */
export type KindDemand = {
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
export type DemandFigures = {
  /** Seconds on any clock that only goes forward. */
  at: number;
  kinds: Readonly<Record<string, KindDemand>>;
  /** Messages received and not yet deleted, over all kinds. */
  inFlight: number;
  busySlots: number;
  idleSlots: number;
  /** Instances whose workers report slots. */
  inService: number;
  /** Jobs that have ended so far. Without it, jobs shorter than the time between two looks go unseen. */
  ended?: number;
  /** Message groups with work, where the senders know it; the fleet never grows past them. */
  openGroups?: number;
};

/** What earlier figures taught; `remember` in demand-memory.ts keeps it. */
export type DemandHistory = {
  /** Figures with work since the fleet last had none. One look alone may be odd. */
  looks: number;
  /** Instances that the figures before these asked for. */
  earlierNeed: number;
  /** Slots busy on average over the last minute. */
  usualBusySlots: number;
  /** Slots whose work arrives: busy slots, plus what the backlog grows by a second. */
  arrivingSlots: number;
  /** How long there has been no work; 0 while there is some. */
  emptySeconds: number;
  /** Lengths of the last spells without work. */
  gaps: readonly number[];
  /** When the desired capacity was last raised and lowered. */
  grownAt: number;
  shrunkAt: number;
};

/** The settings. */
export type DemandPolicy = {
  min: number;
  max: number;
  /** Slots of an instance, used until workers report theirs. */
  slotsPerInstance: number;
  /** From the launch of an instance until its worker takes jobs. */
  bootSeconds: number;
  /** How long a job may wait while the fleet runs. */
  targetWaitSeconds: number;
  /** Seconds of a run, used until one has ended. */
  priorSecondsPerJob: number;
  /** The last instance is kept without work at least and at most this long. */
  keepSeconds: { least: number; most: number };
  /** Figures older than this decide nothing. */
  staleSeconds: number;
  /** While a larger share of the slots is idle beside waiting jobs, the open groups are the bound. */
  holdIdleShare: number;
};

/** The settings of a deployed fleet. */
export const demandPolicy: DemandPolicy = {
  min: 0,
  max: 10,
  slotsPerInstance: 8,
  bootSeconds: 120,
  targetWaitSeconds: 60,
  priorSecondsPerJob: 5,
  keepSeconds: { least: 30, most: 300 },
  staleSeconds: 180,
  holdIdleShare: 0.1,
};

/** Why the fleet has the size that it should have. */
export type DemandReason =
  | "stale"
  | "from-zero"
  | "looking-again"
  | "booting"
  | "backlog"
  | "group-bound"
  | "idle-slots"
  | "kept"
  | "empty"
  | "steady"
  | "bounds";

/** The size that the fleet should have, and the figures that led to it. */
export type DemandDecision = {
  wanted: number;
  reason: DemandReason;
  /** Instances the backlog needs within the target wait. */
  need: number;
  /** Slot-seconds of waiting work. */
  backlogSeconds: number;
};

/** The instance time lost by a launch counts this often: once for the boot itself, the rest for jobs that wait for it. */
const bootWeight = 2.5;

/** A second growth soon after a shrink takes a wait this many times the target. */
const urgentFactor = 2;

/**
 * Decides the number of instances. Grows at once to what the backlog needs within the target wait, less what the running
 * instances finish until a new one has booted; does not grow while slots are idle beside waiting jobs, since the open groups
 * are the bound then. Gives up half of the surplus at a time while slots idle, also under load: a drain loses nothing. The
 * last instance stays as long as past gaps say that it pays.
 */
export function decideDemand(
  policy: DemandPolicy,
  figures: DemandFigures,
  history: DemandHistory,
  fleet: { desired: number; now: number },
): DemandDecision {
  const { desired, now } = fleet;
  const size = sizeOf(policy, figures);
  const answer = (count: number, reason: DemandReason): DemandDecision => {
    const wanted = Math.min(policy.max, Math.max(policy.min, count));
    const { need, backlogSeconds } = size;
    return { wanted, reason: count === wanted ? reason : "bounds", need, backlogSeconds };
  };
  if (now - figures.at > policy.staleSeconds) return answer(desired, "stale");
  if (desired < policy.min || desired > policy.max) return answer(desired, "bounds");
  if (!hasWork(figures)) return withoutWork(policy, history, fleet, answer);
  if (desired === 0) return answer(1, "from-zero");
  return (
    growth(policy, figures, history, fleet, size, answer) ?? shrinkage(policy, history, fleet, size, answer)
  );
}

type Size = {
  slots: number;
  capacity: number;
  backlogSeconds: number;
  /** Instances for which every kind's backlog fits into its target, as the fleet stands. */
  need: number;
  idleShare: number;
  openGroups: number;
};

type Answer = (count: number, reason: DemandReason) => DemandDecision;

/** True while any message waits or is in flight. */
export function hasWork({ kinds, inFlight }: DemandFigures): boolean {
  return inFlight > 0 || Object.values(kinds).some(({ waiting }) => waiting > 0);
}

/** Slot-seconds of waiting work, and the slots that it would take to start all of it within its target. */
export function backlogOf(policy: DemandPolicy, { kinds }: Pick<DemandFigures, "kinds">) {
  let seconds = 0;
  let slots = 0;
  for (const { waiting, secondsPerJob, slotsPerJob = 1, targetWaitSeconds } of Object.values(kinds)) {
    const work = waiting * (secondsPerJob ?? policy.priorSecondsPerJob) * slotsPerJob;
    seconds += work;
    slots += work / (targetWaitSeconds ?? policy.targetWaitSeconds);
  }
  return { seconds, slots };
}

function sizeOf(policy: DemandPolicy, figures: DemandFigures): Size {
  const { busySlots, idleSlots, inService, openGroups } = figures;
  const capacity = busySlots + idleSlots;
  const slots = inService > 0 && capacity > 0 ? capacity / inService : policy.slotsPerInstance;
  const backlog = backlogOf(policy, figures);
  return {
    slots,
    capacity,
    backlogSeconds: backlog.seconds,
    need: Math.ceil(backlog.slots / slots - 1e-9),
    idleShare: capacity === 0 ? 0 : idleSlots / capacity,
    openGroups: openGroups ?? Number.POSITIVE_INFINITY,
  };
}

/** Instances for what is left of the backlog by the time another instance could take jobs. */
export function needAfterBoot(
  policy: DemandPolicy,
  { slots, capacity, backlogSeconds, need }: Pick<Size, "slots" | "capacity" | "backlogSeconds" | "need">,
  arrivingSlots: number,
  onTheirWay: number,
): number {
  if (backlogSeconds === 0) return 0;
  // Instances on their way have half of the boot time left on average.
  const served = (capacity - arrivingSlots + (onTheirWay * slots) / 2) * policy.bootSeconds;
  return Math.ceil((need * Math.max(0, backlogSeconds - served)) / backlogSeconds - 1e-9);
}

function growth(
  policy: DemandPolicy,
  figures: DemandFigures,
  history: DemandHistory,
  { desired, now }: { desired: number; now: number },
  size: Size,
  answer: Answer,
): DemandDecision | undefined {
  const onTheirWay = Math.max(0, desired - figures.inService);
  const needed = needAfterBoot(policy, size, history.arrivingSlots, onTheirWay);
  const limit = Math.ceil(size.openGroups / size.slots);
  const wanted = Math.min(needed, limit);
  if (needed > desired && limit <= desired) return answer(desired, "group-bound");
  if (wanted <= desired) return undefined;
  if (figures.inService === 0) return beforeEvidence(policy, history, { desired, now }, wanted, answer);
  if (size.idleShare > policy.holdIdleShare) return answer(desired, "group-bound");
  const twice = Math.min(wanted, Math.max(history.earlierNeed, desired));
  if (twice <= desired) return answer(desired, "looking-again");
  const soon = now - history.shrunkAt < policy.bootSeconds;
  const urgent = size.need > urgentFactor * desired;
  return soon && !urgent ? answer(desired, "steady") : answer(twice, "backlog");
}

/**
 * Until a worker reports, nobody knows how many groups can run. The fleet takes what the second look at the backlog says, and
 * then waits for the first instance, but not for ever.
 */
function beforeEvidence(
  policy: DemandPolicy,
  { looks, earlierNeed, grownAt }: DemandHistory,
  { desired, now }: { desired: number; now: number },
  wanted: number,
  answer: Answer,
): DemandDecision {
  if (looks < 2) return answer(desired, "looking-again");
  const overdue = now - grownAt > 1.5 * policy.bootSeconds;
  if (looks > 2 && !overdue) return answer(desired, "booting");
  return answer(Math.max(desired, Math.min(wanted, earlierNeed)), "backlog");
}

function shrinkage(
  policy: DemandPolicy,
  history: DemandHistory,
  { desired, now }: { desired: number; now: number },
  size: Size,
  answer: Answer,
): DemandDecision {
  const { grownAt, shrunkAt, usualBusySlots } = history;
  const forBusy = Math.ceil(usualBusySlots / size.slots - 0.01);
  // Without the surplus, what waits must still fit into half of the target.
  const enough = Math.max(1, policy.min, forBusy, 2 * size.need);
  if (enough >= desired) return answer(desired, "steady");
  const settled = now - grownAt >= policy.bootSeconds && now - shrunkAt >= policy.keepSeconds.least;
  return settled
    ? answer(desired - Math.ceil((desired - enough) / 2), "idle-slots")
    : answer(desired, "steady");
}

function withoutWork(
  policy: DemandPolicy,
  history: DemandHistory,
  { desired, now }: { desired: number; now: number },
  answer: Answer,
): DemandDecision {
  const { emptySeconds, gaps, grownAt } = history;
  if (desired <= policy.min) return answer(desired, "steady");
  const settled = emptySeconds >= policy.keepSeconds.least && now - grownAt >= policy.bootSeconds;
  if (!settled) return answer(desired, "kept");
  if (emptySeconds >= keepSecondsFor(policy, gaps)) return answer(policy.min, "empty");
  return answer(Math.max(policy.min, 1), desired > 1 ? "idle-slots" : "kept");
}

/**
 * How long the last instance is worth keeping: the time that would have cost least over the past gaps, where an instance
 * that is kept costs its time, and one that is not costs its boot and the wait for it. Bounded by the settings.
 */
export function keepSecondsFor(
  { keepSeconds: { least, most }, bootSeconds }: Pick<DemandPolicy, "keepSeconds" | "bootSeconds">,
  gaps: readonly number[],
): number {
  const launch = bootWeight * bootSeconds;
  const cost = (keep: number) => gaps.reduce((sum, gap) => sum + (gap <= keep ? gap : keep + launch), 0);
  if (gaps.length < 3) return Math.min(most, Math.max(least, bootSeconds));
  const candidates = [least, ...gaps.filter((gap) => gap > least && gap < most), most].sort((a, b) => a - b);
  // Of equals the longest: a gap that never came may still come.
  return candidates.reduce((best, keep) => (cost(keep) <= cost(best) ? keep : best));
}
