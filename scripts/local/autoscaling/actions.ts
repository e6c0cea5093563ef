// The actions of Auto Scaling: from the form to the answer. The rules are the groups'.
import { type Form, itemsOf, type QueryValue, textOf } from "../protocols/query.ts";
import { AutoScalingError, invalid } from "./errors.ts";
import type { ScalingGroup } from "./group.ts";
import type { InstanceRefreshes } from "./instance-refresh.ts";
import { refreshPreferences } from "./refresh-preferences.ts";
import { activityView, groupView, instanceView, refreshView } from "./views.ts";

/** A group with its refreshes. */
export type ServedGroup = { group: ScalingGroup; refreshes: InstanceRefreshes };

/** One action. @throws AutoScalingError */
type Action = (served: readonly ServedGroup[], form: Form) => QueryValue;

/** Every action there is, by name. */
export const actions: Record<string, Action> = {
  DescribeAutoScalingGroups: (served, form) => ({
    AutoScalingGroups: served
      .filter(({ group }) => isAskedFor(form, "AutoScalingGroupNames", group.options.name))
      .map(({ group }) => groupView(group)),
  }),
  DescribeAutoScalingInstances: (served, form) => ({
    AutoScalingInstances: served
      .flatMap(({ group }) => group.instances)
      .filter(({ id }) => isAskedFor(form, "InstanceIds", id))
      .map((instance) => ({ ...instanceView(instance), AutoScalingGroupName: instance.group })),
  }),
  DescribeScalingActivities: (served, form) => {
    const name = textOf(form, "AutoScalingGroupName");
    const asked = served.filter(({ group }) => name === undefined || name === group.options.name);
    return {
      Activities: asked.flatMap(({ group }) =>
        group.activities.filter(({ what }) => what !== "in service").map(activityView(group.options.name)),
      ),
    };
  },
  SetDesiredCapacity: (served, form) => {
    const { group } = named(served, form);
    const count = Number(textOf(form, "DesiredCapacity"));
    const { min, max } = group.bounds;
    if (!Number.isInteger(count) || count < min || count > max)
      throw invalid(`DesiredCapacity must be a whole number from ${min} to ${max}`);
    group.setDesired(count, "SetDesiredCapacity was called");
    return {};
  },
  TerminateInstanceInAutoScalingGroup: (served, form) => {
    const id = instanceIdOf(form);
    const decrement = textOf(form, "ShouldDecrementDesiredCapacity") === "true";
    const cause = "TerminateInstance was called";
    if (!terminate(having(served, id).group, id, { decrement, cause })) throw noInstance();
    return {};
  },
  CompleteLifecycleAction: (served, form) => {
    const result = textOf(form, "LifecycleActionResult");
    if (result !== "CONTINUE" && result !== "ABANDON")
      throw invalid("LifecycleActionResult must be CONTINUE or ABANDON");
    return onHook(served, form, (group, id, hook) => group.completeLifecycleAction(id, hook, result));
  },
  RecordLifecycleActionHeartbeat: (served, form) =>
    onHook(served, form, (group, id, hook) => group.recordHeartbeat(id, hook)),
  SetInstanceHealth: (served, form) => {
    const id = instanceIdOf(form);
    const status = textOf(form, "HealthStatus");
    if (status !== "Healthy" && status !== "Unhealthy")
      throw invalid("HealthStatus must be Healthy or Unhealthy");
    const { group } = having(served, id);
    if (status === "Unhealthy")
      group.terminateInstance(id, { decrement: false, cause: "SetInstanceHealth was called" });
    return {};
  },
  SetInstanceProtection: (served, form) => {
    const protect = textOf(form, "ProtectedFromScaleIn") === "true";
    const { group } = named(served, form);
    for (const id of namesIn(form, "InstanceIds"))
      if (!group.protect(id, protect)) throw invalid(`The instance ${id} is not part of the group`);
    return {};
  },
  StartInstanceRefresh: (served, form) => {
    const started = named(served, form).refreshes.start(refreshPreferences(form));
    if (started === undefined)
      throw new AutoScalingError("InstanceRefreshInProgress", "An Instance Refresh is already in progress");
    return { InstanceRefreshId: started.id };
  },
  CancelInstanceRefresh: (served, form) => {
    const { refreshes } = named(served, form);
    if (!refreshes.cancel())
      throw new AutoScalingError("ActiveInstanceRefreshNotFound", "No in progress Instance Refresh found");
    return { InstanceRefreshId: refreshes.all[0]?.id ?? "" };
  },
  DescribeInstanceRefreshes: (served, form) => {
    const { group, refreshes } = named(served, form);
    const most = Number(textOf(form, "MaxRecords") ?? 50);
    return {
      InstanceRefreshes: refreshes.all
        .filter(({ id }) => isAskedFor(form, "InstanceRefreshIds", id))
        .slice(0, most)
        .map(refreshView(group.options.name)),
    };
  },
};

function terminate(group: ScalingGroup, id: string, options: { decrement: boolean; cause: string }): boolean {
  try {
    return group.terminateInstance(id, options);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
}

const noInstance = () => invalid("Instance Id not found - No managed instance found");

const namesIn = (form: Form, list: string): string[] =>
  itemsOf(form, list).filter((item) => typeof item === "string");

/** Whether the list names it. A request without the list asks for everything. */
function isAskedFor(form: Form, list: string, name: string): boolean {
  const names = namesIn(form, list);
  return names.length === 0 || names.includes(name);
}

function onHook(
  served: readonly ServedGroup[],
  form: Form,
  act: (group: ScalingGroup, instanceId: string, hook: string) => boolean,
): QueryValue {
  const { group } = named(served, form);
  const hook = textOf(form, "LifecycleHookName") ?? "";
  if (![group.options.hook.name, group.options.launchHook?.name].includes(hook))
    throw invalid("No active Lifecycle Action found: there is no such hook");
  const id = instanceIdOf(form);
  if (!act(group, id, hook)) throw invalid(`No active Lifecycle Action found with instance ID ${id}`);
  return {};
}

/** The group that the request names. */
function named(served: readonly ServedGroup[], form: Form): ServedGroup {
  const found = served.find(({ group }) => group.options.name === textOf(form, "AutoScalingGroupName"));
  if (found === undefined) throw invalid("AutoScalingGroup name not found");
  return found;
}

/** The group that has the instance. */
function having(served: readonly ServedGroup[], id: string): ServedGroup {
  const found = served.find(({ group }) => group.instances.some((instance) => instance.id === id));
  if (found === undefined) throw noInstance();
  return found;
}

const instanceIdOf = (form: Form): string => textOf(form, "InstanceId") ?? "";
