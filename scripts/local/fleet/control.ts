// Control calls for the local fleet, used by drills and soaks: its state, its measurements, and interruptions of one
// instance. Scaling in needs no call of its own: Auto Scaling's API does it.
import { z } from "zod";
import type { ScalingGroup } from "../autoscaling/group.ts";
import { parseControl } from "../gateway/control.ts";
import { ControlError, type ControlHandler } from "../gateway/service.ts";
import { measureThisProcess } from "../processes/measure.ts";
import type { InstanceProcesses } from "./instances.ts";

/** The parts that the calls act on. */
export type ControlledFleet = {
  group: ScalingGroup;
  /** On-demand instances that stand in for those of the group. */
  standIns: ScalingGroup;
  instances: InstanceProcesses;
  /** Process id of the system's DynamoDB; undefined when another program runs it. */
  dynamoDb: () => number | undefined;
};

const instance = z.string().regex(/^i-[0-9a-f]{1,32}$/, "must be the id of an instance");
/** An interruption notice comes at most two minutes ahead (EC2 user guide, "Spot Instance interruption notices"). */
const reclaimed = z.strictObject({ instance, seconds: z.number().int().min(0).max(120).default(120) });
const signalled = z.strictObject({ instance, signal: z.enum(["SIGKILL", "SIGSTOP", "SIGCONT", "SIGTERM"]) });

/** A new version of the launch template: variables of the workers started from now on. */
const launched = z.strictObject({
  environment: z.record(z.string().regex(/^FLEET_[A-Z_]+$/, "must start with FLEET_"), z.string()),
});
/** Markets in which EC2 has no instance, and what it says there. */
const refused = z.strictObject({
  markets: z.array(z.enum(["spot", "on-demand"])),
  message: z.string().min(1).max(1000).default("Could not launch Spot Instances. There is no capacity."),
});

/** The calls, by method and path. */
export function fleetControl(fleet: ControlledFleet): Readonly<Record<string, ControlHandler>> {
  const { group, standIns, instances } = fleet;
  const both = [group, standIns];
  const must = (done: boolean, id: string) => {
    if (!done) throw new ControlError(`instance: no worker is running on ${id}`);
    return { done };
  };
  return {
    "GET /_local/fleet": () => stateOf(fleet),
    "GET /_local/measurements": async ({ query }) => ({
      cloud: measureThisProcess({ collect: query.get("collect") === "yes" }),
      workers: Object.fromEntries(
        await Promise.all(
          both
            .flatMap((one) => one.instances)
            .map(async ({ id }) => [id, (await instances.measure(id)) ?? null]),
        ),
      ),
    }),
    "POST /_local/fleet/reclaim": ({ body }) => {
      const { instance: id, seconds } = parseControl(reclaimed, body);
      return must(
        both.some((one) => one.reclaim(id, seconds)),
        id,
      );
    },
    "POST /_local/fleet/rebalance": ({ body }) => {
      const { instance: id } = parseControl(z.strictObject({ instance }), body);
      return must(
        both.some((one) => one.recommendRebalance(id)),
        id,
      );
    },
    "POST /_local/fleet/template": ({ body }) => {
      const { environment } = parseControl(launched, body);
      for (const one of both) one.newTemplate(environment);
      return { version: group.template.version };
    },
    "POST /_local/fleet/capacity": ({ body }) => {
      const { markets, message } = parseControl(refused, body);
      group.refuseLaunches(markets.includes("spot") ? message : undefined);
      standIns.refuseLaunches(markets.includes("on-demand") ? message : undefined);
      return { refused: markets };
    },
    "POST /_local/fleet/signal": ({ body }) => {
      const { instance: id, signal } = parseControl(signalled, body);
      return must(instances.signal(id, signal), id);
    },
  };
}

function stateOf({ group, standIns, instances, dynamoDb }: ControlledFleet) {
  const processIds = instances.processIds();
  return {
    group: group.options.name,
    hook: group.options.hook.name,
    hookSeconds: group.options.hook.timeoutSeconds,
    max: group.options.max,
    desired: group.desired,
    template: group.template.version,
    onDemand: { group: standIns.options.name, desired: standIns.desired },
    process: process.pid,
    dynamoDb: dynamoDb() ?? null,
    instances: [...group.instances, ...standIns.instances].map(({ id, state, launchedAt, ...one }) => ({
      id,
      group: one.group,
      template: one.template.version,
      state,
      launchedAt,
      process: processIds.get(id) ?? null,
      caller: instances.callerOf(id) ?? null,
    })),
    exits: instances.exits.map((exit) => ({ ...exit, process: exit.process ?? null })),
  };
}
