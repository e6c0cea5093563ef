// Control calls over the local fleet, for drills and soaks: what there is and measures, and what befalls an instance.
// Scaling in needs none: Auto Scaling's own API does it.
import { z } from "zod";
import type { ScalingGroup } from "../autoscaling/group.ts";
import { parseControl } from "../gateway/control.ts";
import { ControlError, type ControlHandler } from "../gateway/service.ts";
import { measureThisProcess } from "../processes/measure.ts";
import type { InstanceProcesses } from "./instances.ts";

/** What is controlled. */
export type ControlledFleet = {
  group: ScalingGroup;
  instances: InstanceProcesses;
  /** Process id of the DynamoDB that belongs to the system, if one does. */
  dynamoDb: () => number | undefined;
};

const instance = z.string().regex(/^i-[0-9a-f]{1,32}$/, "takes the id of an instance");
/** An interruption notice comes two minutes ahead at most (EC2 user guide, "Spot Instance interruption notices"). */
const reclaimed = z.strictObject({ instance, seconds: z.number().int().min(0).max(120).default(120) });
const signalled = z.strictObject({ instance, signal: z.enum(["SIGKILL", "SIGSTOP", "SIGCONT", "SIGTERM"]) });

/** The calls. */
export function fleetControl(fleet: ControlledFleet): Readonly<Record<string, ControlHandler>> {
  const { group, instances } = fleet;
  const must = (done: boolean, id: string) => {
    if (!done) throw new ControlError(`instance: no worker runs on ${id}`);
    return { done };
  };
  return {
    "GET /_local/fleet": () => stateOf(fleet),
    "GET /_local/measurements": async () => ({
      cloud: measureThisProcess(),
      workers: Object.fromEntries(
        await Promise.all(group.instances.map(async ({ id }) => [id, (await instances.measure(id)) ?? null])),
      ),
    }),
    "POST /_local/fleet/reclaim": ({ body }) => {
      const { instance: id, seconds } = parseControl(reclaimed, body);
      return must(group.reclaim(id, seconds), id);
    },
    "POST /_local/fleet/rebalance": ({ body }) => {
      const { instance: id } = parseControl(z.strictObject({ instance }), body);
      return must(group.recommendRebalance(id), id);
    },
    "POST /_local/fleet/signal": ({ body }) => {
      const { instance: id, signal } = parseControl(signalled, body);
      return must(instances.signal(id, signal), id);
    },
  };
}

function stateOf({ group, instances, dynamoDb }: ControlledFleet) {
  const processIds = instances.processIds();
  return {
    group: group.options.name,
    hook: group.options.hook.name,
    hookSeconds: group.options.hook.timeoutSeconds,
    max: group.options.max,
    desired: group.desired,
    process: process.pid,
    dynamoDb: dynamoDb() ?? null,
    instances: group.instances.map(({ id, state, launchedAt }) => ({
      id,
      state,
      launchedAt,
      process: processIds.get(id) ?? null,
      caller: instances.callerOf(id) ?? null,
    })),
    exits: instances.exits.map((exit) => ({ ...exit, process: exit.process ?? null })),
  };
}
