// A custom resource of CloudFormation: its update replaces the instances of the fleet's groups and succeeds when all are
// replaced. If that fails, the update fails, and CloudFormation takes the stack back to what it was, instances included.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { answer, type CustomResourceRequest } from "../custom-resource.ts";
import { refreshWithinSeconds } from "./preferences.ts";
import { awaitRefreshes, type Refresh, startRefreshes } from "./replace-instances.ts";

/** A request, and what this function adds to it. */
export type DeploymentRequest = CustomResourceRequest<{ Groups: string[]; Alarms?: string[] }> & {
  /** Added by this function when it calls itself to go on waiting. */
  waiting?: { since: number; refreshes: Refresh[] };
};

export type DeploymentParts = {
  client: AutoScalingClient;
  /** Whether the stack is on its way back after a failed update. */
  isRollback: (stackId: string) => Promise<boolean>;
  /** Calls this function again with a request, without waiting for it. */
  callAgain: (request: DeploymentRequest) => Promise<void>;
  /** Milliseconds that are left for this call. */
  remainingMs: () => number;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  log: (line: Record<string, unknown>) => void;
};

/** Time that is kept for the answer or for calling again. */
const marginMs = 60_000;

/** Handles a request: answers it, or calls again while instances are still being replaced. */
export async function onDeployment(request: DeploymentRequest, parts: DeploymentParts): Promise<void> {
  try {
    const waiting = request.waiting ?? { since: parts.now(), refreshes: await begin(request, parts) };
    const running = await wait(waiting, request, parts);
    const late = parts.now() - waiting.since >= refreshWithinSeconds * 1000;
    if (running.length > 0 && !late) return await parts.callAgain({ ...request, waiting });
    if (running.length > 0) parts.log({ msg: "the refresh goes on after the deployment", running });
    await answer(request, { Status: "SUCCESS" });
  } catch (error) {
    parts.log({ msg: "instances not replaced", error: String(error) });
    await answer(request, { Status: "FAILED", Reason: String(error) });
  }
}

async function begin(request: DeploymentRequest, parts: DeploymentParts): Promise<Refresh[]> {
  // The first deployment starts no instance, and the last one ends them all.
  if (request.RequestType !== "Update") return [];
  const back = await parts.isRollback(request.StackId);
  // On the way back nothing may fail or hold the stack up: the old version is known to work.
  const alarms = back ? [] : (request.ResourceProperties.Alarms ?? []);
  const started = await startRefreshes(request.ResourceProperties.Groups, { ...parts, alarms });
  parts.log({ msg: "instance refresh started", started, back });
  return back ? [] : started;
}

async function wait(
  { since, refreshes }: NonNullable<DeploymentRequest["waiting"]>,
  { ResourceProperties: { Alarms: alarms = [] } }: DeploymentRequest,
  parts: DeploymentParts,
): Promise<Refresh[]> {
  const isLate = () => parts.remainingMs() < marginMs || parts.now() - since >= refreshWithinSeconds * 1000;
  return refreshes.length === 0 ? [] : awaitRefreshes(refreshes, { ...parts, alarms, isLate });
}
