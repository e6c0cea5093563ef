// What an SQS action is: a function from its JSON input to its JSON output.
import type { SqsCore } from "./core.ts";
import type { SqsAction, SqsRequest } from "./requests.ts";

/** What an action knows of its caller. */
export type Caller = {
  /** `http://HOST:PORT` of the request. Queue URLs begin with it. */
  origin: string;
  signal: () => AbortSignal;
};

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
