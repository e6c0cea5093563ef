// What goes wrong during a soak: faults on every service's requests all the time, and every minute or so a kill, a freeze,
// an interruption or a burst of faults. The oldest worker is never disturbed, so that its memory can be followed from
// beginning to end.
import type { Clock } from "../../../worker/fleet/clock.ts";
import type { FleetState, LocalControl } from "../../control/local-control.ts";

/** What can happen to any worker but the oldest, or to the cloud. */
export const disturbanceKinds = ["kill", "pause", "spot", "rebalance", "scale-in", "burst"] as const;
export type DisturbanceKind = (typeof disturbanceKinds)[number];

/** The running system and how often to disturb it. */
export type DisturbanceOptions = {
  control: LocalControl;
  scaleIn: (instance: string) => Promise<void>;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Average number of seconds between two disturbances. */
  everySeconds: number;
  /** Called with the error of a control call that failed. */
  onError: (error: unknown) => void;
};

/** Rules that apply all the time: about one request in a hundred is hit. */
export const steadyFaults = (seed: number) => [
  { service: "sqs", fault: { kind: "drop-answer" }, probability: 0.002, seed },
  { service: "sqs", fault: { kind: "error" }, probability: 0.003, seed: seed + 1 },
  { service: "dynamodb", fault: { kind: "error" }, probability: 0.003, seed: seed + 2 },
  { service: "dynamodb", fault: { kind: "drop-answer" }, probability: 0.002, seed: seed + 3 },
  { service: "s3", fault: { kind: "error", code: "SlowDown" }, probability: 0.003, seed: seed + 4 },
  { service: "s3", fault: { kind: "reset-in-body" }, probability: 0.002, seed: seed + 5 },
  { fault: { kind: "drop-before-apply" }, probability: 0.002, seed: seed + 6 },
  { fault: { kind: "delay", beforeMs: 400 }, probability: 0.003, seed: seed + 7 },
];

/** A burst: every fifth request of one service fails, a hundred times. */
const burst = (service: string) => ({ service, fault: { kind: "error" }, nth: 5, times: 100 });

const pauseMs = 12_000;
const spotSeconds = 15;

/** Disturbs the system until `signal` aborts. Resolves to how often each kind occurred. */
export async function disturb(
  options: DisturbanceOptions,
  signal: AbortSignal,
): Promise<Record<DisturbanceKind, number>> {
  const made = { kill: 0, pause: 0, spot: 0, rebalance: 0, "scale-in": 0, burst: 0 };
  const { clock, random, everySeconds } = options;
  while (!signal.aborted) {
    await clock.sleep(everySeconds * (500 + random() * 1000), signal);
    if (signal.aborted) break;
    const kind = disturbanceKinds[Math.floor(random() * disturbanceKinds.length)] ?? "kill";
    try {
      if (await disturbOnce(kind, options, signal)) made[kind] += 1;
    } catch (error) {
      options.onError(error);
    }
  }
  return made;
}

async function disturbOnce(
  kind: DisturbanceKind,
  options: DisturbanceOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { control, random, clock } = options;
  if (kind === "burst") {
    const services = ["sqs", "dynamodb", "s3"];
    await control.addFaults([burst(services[Math.floor(random() * services.length)] ?? "sqs")]);
    return true;
  }
  const instance = youngest(await control.fleet());
  if (instance === undefined) return false;
  if (kind === "kill") await control.signal(instance, "SIGKILL");
  else if (kind === "spot") await control.reclaim(instance, spotSeconds);
  else if (kind === "rebalance") await control.rebalance(instance);
  else if (kind === "scale-in") await options.scaleIn(instance);
  else {
    await control.signal(instance, "SIGSTOP");
    await clock.sleep(pauseMs, signal);
    await control.signal(instance, "SIGCONT");
  }
  return true;
}

/** The youngest instance in service, unless it is also the oldest. */
function youngest({ instances }: FleetState): string | undefined {
  const [, ...younger] = instances;
  return younger.findLast(({ state, process }) => state === "InService" && process !== null)?.id;
}
