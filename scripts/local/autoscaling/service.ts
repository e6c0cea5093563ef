// Auto Scaling's query protocol over one scaling group: form in, XML out. Rules are the group's.
import { randomUUID } from "node:crypto";
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import type { Instance, ScalingGroup } from "./group.ts";

const namespace = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

/** An error of the API. */
class AutoScalingError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Serves one group. */
export function autoScalingService(group: ScalingGroup): LocalService {
  return {
    name: "autoscaling",
    actionOf: (request) => formOf(request).get("Action") ?? "Unknown",
    handle: async (request) => {
      const form = formOf(request);
      const action = form.get("Action") ?? "Unknown";
      const perform = actions[action];
      if (perform === undefined)
        return errorXml({
          status: 501,
          code: "NotImplemented",
          message: `${action} is not part of the local cloud`,
        });
      try {
        return answerXml(action, perform(group, form));
      } catch (error) {
        if (!(error instanceof AutoScalingError)) throw error;
        return errorXml({ status: 400, code: error.code, message: error.message });
      }
    },
    errorResponse: (_request, error) => errorXml(error),
  };
}

type Action = (group: ScalingGroup, form: URLSearchParams) => string;

const actions: Record<string, Action> = {
  DescribeAutoScalingGroups: (group, form) => {
    const found = asked(form, "AutoScalingGroupNames", group.options.name);
    return `<AutoScalingGroups>${found ? `<member>${groupXml(group)}</member>` : ""}</AutoScalingGroups>`;
  },
  DescribeAutoScalingInstances: (group, form) => {
    const name = tag("AutoScalingGroupName", group.options.name);
    const found = group.instances.filter((one) => asked(form, "InstanceIds", one.id));
    return `<AutoScalingInstances>${found.map((one) => `<member>${instanceXml(one)}${name}</member>`).join("")}</AutoScalingInstances>`;
  },
  DescribeScalingActivities: (group, form) => {
    const name = form.get("AutoScalingGroupName");
    const found = name === null || name === group.options.name ? group.activities : [];
    return `<Activities>${found.map(activityXml(group)).join("")}</Activities>`;
  },
  SetDesiredCapacity: (group, form) => {
    known(group, form);
    const count = Number(form.get("DesiredCapacity"));
    const { min, max } = group.options;
    if (!Number.isInteger(count) || count < min || count > max)
      throw new AutoScalingError(
        "ValidationError",
        `DesiredCapacity must be a whole number from ${min} to ${max}`,
      );
    group.setDesired(count, "SetDesiredCapacity was called");
    return "";
  },
  TerminateInstanceInAutoScalingGroup: (group, form) => {
    const decrement = form.get("ShouldDecrementDesiredCapacity") === "true";
    const done = group.terminateInstance(instanceId(form), {
      decrement,
      cause: "TerminateInstance was called",
    });
    if (!done)
      throw new AutoScalingError("ValidationError", "Instance Id not found - No managed instance found");
    return "";
  },
  CompleteLifecycleAction: (group, form) => lifecycle(group, form, (id) => group.completeLifecycleAction(id)),
  RecordLifecycleActionHeartbeat: (group, form) => lifecycle(group, form, (id) => group.recordHeartbeat(id)),
  SetInstanceHealth: (group, form) => {
    const id = instanceId(form);
    const status = form.get("HealthStatus");
    if (status !== "Healthy" && status !== "Unhealthy")
      throw new AutoScalingError("ValidationError", "HealthStatus must be Healthy or Unhealthy");
    if (!group.instances.some((one) => one.id === id))
      throw new AutoScalingError("ValidationError", "Instance Id not found - No managed instance found");
    if (status === "Unhealthy")
      group.terminateInstance(id, { decrement: false, cause: "SetInstanceHealth was called" });
    return "";
  },
  SetInstanceProtection: (group, form) => {
    const protect = form.get("ProtectedFromScaleIn") === "true";
    for (const [name, id] of form)
      if (/^InstanceIds\.member\.\d+$/.test(name) && !group.protect(id, protect))
        throw new AutoScalingError("ValidationError", `The instance ${id} is not part of the group`);
    return "";
  },
};

/** Whether a thing is asked for: its name is in the list `NAME.member.N`, or there is no list. */
function asked(form: URLSearchParams, list: string, name: string): boolean {
  const names = [...form].filter(([key]) => key.startsWith(`${list}.member.`)).map(([, value]) => value);
  return names.length === 0 || names.includes(name);
}

function lifecycle(group: ScalingGroup, form: URLSearchParams, act: (instanceId: string) => boolean): string {
  known(group, form);
  if (form.get("LifecycleHookName") !== group.options.hook.name)
    throw new AutoScalingError("ValidationError", "No active Lifecycle Action found: there is no such hook");
  if (!act(instanceId(form)))
    throw new AutoScalingError(
      "ValidationError",
      `No active Lifecycle Action found with instance ID ${instanceId(form)}`,
    );
  return "";
}

function known(group: ScalingGroup, form: URLSearchParams): void {
  if (form.get("AutoScalingGroupName") !== group.options.name)
    throw new AutoScalingError("ValidationError", "AutoScalingGroup name not found");
}

function instanceId(form: URLSearchParams): string {
  return form.get("InstanceId") ?? "";
}

function formOf(request: ServiceRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString("utf8")) : request.query;
}

function groupXml({ options, desired, instances }: ScalingGroup): string {
  const { name, min, max, zones } = options;
  return (
    tag("AutoScalingGroupName", name) +
    tag("MinSize", min) +
    tag("MaxSize", max) +
    tag("DesiredCapacity", desired) +
    `<AvailabilityZones>${zones.map((zone) => tag("member", zone)).join("")}</AvailabilityZones>` +
    `<Instances>${instances.map((one) => `<member>${instanceXml(one)}</member>`).join("")}</Instances>`
  );
}

function instanceXml({ id, zone, type, state, protectedFromScaleIn }: Instance): string {
  return (
    tag("InstanceId", id) +
    tag("InstanceType", type) +
    tag("AvailabilityZone", zone) +
    tag("LifecycleState", state) +
    tag("HealthStatus", "Healthy") +
    tag("ProtectedFromScaleIn", protectedFromScaleIn)
  );
}

function activityXml(group: ScalingGroup) {
  return ({ at, instanceId: id, what, cause }: ScalingGroup["activities"][number], index: number) =>
    `<member>${tag("ActivityId", `${at}-${index}`)}${tag("AutoScalingGroupName", group.options.name)}` +
    `${tag("Description", `${what} ${id}`)}${tag("Cause", cause)}${tag("StartTime", new Date(at).toISOString())}` +
    `${tag("StatusCode", "Successful")}</member>`;
}

function tag(name: string, value: string | number | boolean): string {
  const text = String(value).replace(
    /[&<>]/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? "",
  );
  return `<${name}>${text}</${name}>`;
}

const xml = { "content-type": "text/xml" };

function answerXml(action: string, result: string): ServiceResponse {
  const metadata = `<ResponseMetadata>${tag("RequestId", randomUUID())}</ResponseMetadata>`;
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, headers: xml, body };
}

function errorXml({ status, code, message }: ServiceError): ServiceResponse {
  const error = `<Error><Type>Sender</Type>${tag("Code", code)}${tag("Message", message)}</Error>`;
  const body = `<ErrorResponse xmlns="${namespace}">${error}${tag("RequestId", randomUUID())}</ErrorResponse>`;
  return { status, headers: xml, body };
}
