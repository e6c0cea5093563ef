// Auto Scaling over HTTP: the AWS query protocol around the actions on a fleet's groups.
import type { LocalService, ServiceError, ServiceRequest } from "../gateway/service.ts";
import { type Form, formOf, queryAnswer, queryError, textOf } from "../protocols/query.ts";
import { actions } from "./actions.ts";
import { AutoScalingError, notImplemented } from "./errors.ts";
import type { ScalingGroup } from "./group.ts";
import { InstanceRefreshes } from "./instance-refresh.ts";

const namespace = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

/** Serves groups. */
export function autoScalingService(...groups: readonly ScalingGroup[]): LocalService {
  const served = groups.map((group) => ({ group, refreshes: new InstanceRefreshes(group) }));
  return {
    name: "autoscaling",
    actionOf: (request) => actionOf(readForm(request)),
    handle: async (request) => {
      const form = readForm(request);
      const action = actionOf(form);
      try {
        const perform = Object.hasOwn(actions, action) ? actions[action] : undefined;
        if (perform === undefined) throw notImplemented(action);
        return queryAnswer(request, { action, namespace, result: perform(served, form) });
      } catch (error) {
        if (error instanceof AutoScalingError) return errorResponse(request, error);
        throw error;
      }
    },
    errorResponse,
  };
}

const actionOf = (form: Form): string => textOf(form, "Action") ?? "Unknown";

const readForm = ({ body, query }: ServiceRequest): Form =>
  formOf(body.length > 0 ? body.toString() : query.toString());

const errorResponse = (request: ServiceRequest, error: ServiceError) => queryError(request, namespace, error);
