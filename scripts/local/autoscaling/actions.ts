// The actions of Auto Scaling on one group: from the form to the answer. The rules are the group's.
import { type Form, itemsOf, type QueryValue, textOf } from "../protocols/query.ts";
import type { ScalingGroup } from "./group.ts";
import { activityView, groupView, instanceView } from "./views.ts";

/** An error of the API. */
export class AutoScalingError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const invalid = (message: string) => new AutoScalingError("ValidationError", message);

/** One action. @throws AutoScalingError */
type Action = (group: ScalingGroup, form: Form) => QueryValue;

/** Every action there is, by name. */
export const actions: Record<string, Action> = {
  DescribeAutoScalingGroups: (group, form) => ({
    AutoScalingGroups: isAskedFor(form, "AutoScalingGroupNames", group.options.name)
      ? [groupView(group)]
      : [],
  }),
  DescribeAutoScalingInstances: (group, form) => ({
    AutoScalingInstances: group.instances
      .filter(({ id }) => isAskedFor(form, "InstanceIds", id))
      .map((instance) => ({ ...instanceView(instance), AutoScalingGroupName: group.options.name })),
  }),
  DescribeScalingActivities: (group, form) => {
    const name = textOf(form, "AutoScalingGroupName");
    const isOurs = name === undefined || name === group.options.name;
    return { Activities: isOurs ? group.activities.map(activityView(group.options.name)) : [] };
  },
  SetDesiredCapacity: (group, form) => {
    checkGroup(group, form);
    const count = Number(textOf(form, "DesiredCapacity"));
    const { min, max } = group.bounds;
    if (!Number.isInteger(count) || count < min || count > max)
      throw invalid(`DesiredCapacity must be a whole number from ${min} to ${max}`);
    group.setDesired(count, "SetDesiredCapacity was called");
    return {};
  },
  TerminateInstanceInAutoScalingGroup: (group, form) => {
    const decrement = textOf(form, "ShouldDecrementDesiredCapacity") === "true";
    const cause = "TerminateInstance was called";
    if (!terminate(group, instanceIdOf(form), { decrement, cause })) throw noInstance();
    return {};
  },
  CompleteLifecycleAction: (group, form) => onHook(group, form, (id) => group.completeLifecycleAction(id)),
  RecordLifecycleActionHeartbeat: (group, form) => onHook(group, form, (id) => group.recordHeartbeat(id)),
  SetInstanceHealth: (group, form) => {
    const id = instanceIdOf(form);
    const status = textOf(form, "HealthStatus");
    if (status !== "Healthy" && status !== "Unhealthy")
      throw invalid("HealthStatus must be Healthy or Unhealthy");
    if (!group.instances.some((instance) => instance.id === id)) throw noInstance();
    if (status === "Unhealthy")
      group.terminateInstance(id, { decrement: false, cause: "SetInstanceHealth was called" });
    return {};
  },
  SetInstanceProtection: (group, form) => {
    const protect = textOf(form, "ProtectedFromScaleIn") === "true";
    for (const id of namesIn(form, "InstanceIds"))
      if (!group.protect(id, protect)) throw invalid(`The instance ${id} is not part of the group`);
    return {};
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

function onHook(group: ScalingGroup, form: Form, act: (instanceId: string) => boolean): QueryValue {
  checkGroup(group, form);
  if (textOf(form, "LifecycleHookName") !== group.options.hook.name)
    throw invalid("No active Lifecycle Action found: there is no such hook");
  const id = instanceIdOf(form);
  if (!act(id)) throw invalid(`No active Lifecycle Action found with instance ID ${id}`);
  return {};
}

function checkGroup(group: ScalingGroup, form: Form): void {
  if (textOf(form, "AutoScalingGroupName") !== group.options.name)
    throw invalid("AutoScalingGroup name not found");
}

const instanceIdOf = (form: Form): string => textOf(form, "InstanceId") ?? "";
