// The one Auto Scaling call that a worker makes: completing its lifecycle action. The campaign itself launches workers.
import type { LocalService, ServiceResponse } from "../../../local/gateway/service.ts";

const xml = { "content-type": "text/xml" };

/** Accepts every completion. What it was worth is read from the log. */
export function lifecycleService(): LocalService {
  const answer = (status: number, body: string): ServiceResponse => ({ status, headers: xml, body });
  return {
    name: "autoscaling",
    actionOf: ({ body }) => new URLSearchParams(body.toString()).get("Action") ?? "Unknown",
    handle: async ({ body }) => {
      const action = new URLSearchParams(body.toString()).get("Action");
      if (action !== "CompleteLifecycleAction")
        return answer(501, `<ErrorResponse><Error><Code>NotImplemented</Code></Error></ErrorResponse>`);
      return answer(
        200,
        `<${action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${action}Result/></${action}Response>`,
      );
    },
    errorResponse: (_, { status, code, message }) =>
      answer(
        status,
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      ),
  };
}
