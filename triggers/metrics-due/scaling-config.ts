// The settings of counting and scaling, from the trigger's environment.
import * as z from "zod";
import {
  lookAgainSeconds,
  type ScalingPolicy,
  scaledPolicy,
  scalingPolicy,
} from "../../infra/scaling/policy.ts";
import { readTargetWaits, type TargetWaits } from "../../infra/scaling/target-waits.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { checked, triggerConfigOf, triggerEnvironment } from "../shared/config.ts";

function number(least: number, most: number) {
  const error = `takes a number from ${least} to ${most}`;
  return z.coerce.number({ error }).min(least, { error }).max(most, { error });
}

const environment = triggerEnvironment.extend({
  /** The Auto Scaling group; that of the fleet unless given. */
  FLEET_SCALING_GROUP: z.string().min(1).optional(),
  /** The group of on-demand instances that stand in; that of the fleet unless given. */
  FLEET_STAND_IN_GROUP: z.string().min(1).optional(),
  FLEET_TARGET_WAIT_SECONDS: z.string().optional(),
  FLEET_BOOT_SECONDS: number(0, 3600).default(scalingPolicy.bootSeconds),
  FLEET_JOB_SECONDS: number(0.001, 43_200).default(scalingPolicy.priorSecondsPerJob),
  FLEET_KEEP_LEAST_SECONDS: number(0, 86_400).default(scalingPolicy.keepSeconds.least),
  FLEET_KEEP_MOST_SECONDS: number(0, 86_400).default(scalingPolicy.keepSeconds.most),
  /** Seconds between the counts of a call that lasts a minute; 60 counts once a call. */
  FLEET_COUNT_SECONDS: number(10, 60).default(60),
  /** Factor on all times of the policy; below 1 where a fleet is played faster than it would be. */
  FLEET_TIME_SCALE: number(0.001, 1).default(1),
  /** Seconds until a count is looked at again; 0 leaves that to the next call. */
  FLEET_LOOK_AGAIN_SECONDS: number(0, 30).default(lookAgainSeconds),
});

/** The settings. */
export type ScalingConfig = ReturnType<typeof readScalingConfig>;

/**
 * Reads them.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readScalingConfig(env: NodeJS.ProcessEnv = process.env) {
  const given = checked(
    environment.transform((values, context) => {
      const waits = readTargetWaits(values.FLEET_TARGET_WAIT_SECONDS, jobKinds);
      if (typeof waits !== "string") return { ...values, waits };
      context.addIssue({ code: "custom", path: ["FLEET_TARGET_WAIT_SECONDS"], message: waits });
      return z.NEVER;
    }),
    env,
  );
  const scale = given.FLEET_TIME_SCALE;
  const policy: ScalingPolicy = {
    ...scalingPolicy,
    bootSeconds: given.FLEET_BOOT_SECONDS,
    priorSecondsPerJob: given.FLEET_JOB_SECONDS,
    targetWaitSeconds: given.waits.every,
    keepSeconds: { least: given.FLEET_KEEP_LEAST_SECONDS, most: given.FLEET_KEEP_MOST_SECONDS },
  };
  return Object.freeze({
    ...triggerConfigOf(given),
    group: given.FLEET_SCALING_GROUP ?? `${given.FLEET_NAME}-workers`,
    standInGroup: given.FLEET_STAND_IN_GROUP ?? `${given.FLEET_NAME}-workers-on-demand`,
    targetWaits: scaledWaits(given.waits, scale),
    countSeconds: given.FLEET_COUNT_SECONDS,
    lookAgainSeconds: given.FLEET_LOOK_AGAIN_SECONDS * scale,
    policy: scaledPolicy(policy, scale),
  });
}

const scaledWaits = ({ every, kinds }: TargetWaits, scale: number): TargetWaits => ({
  every: every * scale,
  kinds: Object.fromEntries(Object.entries(kinds).map(([kind, seconds]) => [kind, seconds * scale])),
});
