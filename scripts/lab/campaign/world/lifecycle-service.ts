// The one Auto Scaling call that a worker makes: completing its lifecycle action. The campaign itself launches workers.
import type { LocalService } from "../../../local/gateway/service.ts";
import { queryAnswer, queryError } from "../../../local/protocols/query.ts";

const namespace = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

const actionOf = ({ body }: { body: Buffer }): string =>
  new URLSearchParams(body.toString()).get("Action") ?? "Unknown";

/** Accepts every completion. What it was worth is read from the log. */
export function lifecycleService(): LocalService {
  return {
    name: "autoscaling",
    actionOf,
    handle: async (request) => {
      const action = actionOf(request);
      if (action === "CompleteLifecycleAction")
        return queryAnswer(request, { action, namespace, result: {} });
      const message = `${action} is not implemented here.`;
      return queryError(request, namespace, { status: 501, code: "NotImplemented", message });
    },
    errorResponse: (request, error) => queryError(request, namespace, error),
  };
}
