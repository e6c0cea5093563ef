// SNS over HTTP: the AWS query protocol around the actions.
import type { LocalService, ServiceError, ServiceRequest } from "../gateway/service.ts";
import { formOf, queryAnswer, queryError, textOf } from "../protocols/query.ts";
import { snsActions } from "./actions.ts";
import type { SnsCore } from "./core.ts";
import { SnsError } from "./errors.ts";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

/** The SNS service over a core; closing it closes the core. */
export function snsService(core: SnsCore): LocalService {
  return {
    name: "sns",
    actionOf,
    handle: async (request) => {
      const action = actionOf(request);
      const act = Object.hasOwn(snsActions, action) ? snsActions[action] : undefined;
      try {
        if (act === undefined)
          throw new SnsError("NotImplemented", `The local SNS does not implement ${action}.`);
        const { output, summary } = act(core, formOf(request.body.toString()));
        const answer = queryAnswer(request, { action, namespace, result: output });
        return { ...answer, ...(summary && { summary }) };
      } catch (error) {
        if (error instanceof SnsError) return errorResponse(request, error);
        throw error;
      }
    },
    errorResponse,
    close: async () => core.close(),
  };
}

function actionOf(request: ServiceRequest): string {
  const inBody = /(?:^|&)Action=([A-Za-z]+)/.exec(request.body.subarray(0, 200).toString());
  return (
    inBody?.[1] ??
    textOf(formOf(request.body.toString()), "Action") ??
    request.query.get("Action") ??
    "Unknown"
  );
}

const errorResponse = (request: ServiceRequest, error: ServiceError) => queryError(request, namespace, error);
