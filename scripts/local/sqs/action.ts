// What an SQS action is: a function from its JSON input to its JSON output.
import type { ServiceRequest } from "../gateway/service.ts";
import type { SqsCore } from "./core.ts";
import type { SqsAction, SqsRequest } from "./requests.ts";

/** What an action knows of its caller: the host, with which queue URLs begin, and whether it is still there. */
export type Caller = Pick<ServiceRequest, "headers" | "signal" | "abandoned">;

/** The answer, and plain data about it for the request log. */
export type ActionResult = { output?: Record<string, unknown>; summary?: Record<string, unknown> };

/** All actions by name. */
export type SqsActions = {
  [Action in SqsAction]: (
    core: SqsCore,
    input: SqsRequest<Action>,
    caller: Caller,
  ) => ActionResult | Promise<ActionResult>;
};
