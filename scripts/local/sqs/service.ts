// SQS over HTTP: the AWS JSON 1.0 protocol with the error headers its SDK clients read.
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import type { ActionResult, Caller } from "./action.ts";
import { actions } from "./actions.ts";
import type { SqsCore } from "./core.ts";
import { invalidParameter, SqsError } from "./errors.ts";
import { plainInput } from "./plain-requests.ts";
import { requests, type SqsAction } from "./requests.ts";

const prefix = "AmazonSQS.";

/** The actions by their `x-amz-target`: a part of the header's text would cost more each time it is looked at. */
const byTarget = new Map(
  Object.keys(requests).map((action) => [prefix + action, action as SqsAction] as const),
);

/** The SQS service over a core; closing it closes the core. */
export function sqsService(core: SqsCore): LocalService {
  return {
    name: "sqs",
    targetPrefixes: [prefix],
    actionOf,
    handle: (request) => {
      const action = actionOf(request);
      if (!isAction(action)) return notImplemented(request, action);
      try {
        const result = run(core, action, request);
        return result instanceof Promise ? answerLater(request, result) : answerResult(request, result);
      } catch (error) {
        return refusal(request, error);
      }
    },
    errorResponse,
    close: async () => core.close(),
  };
}

function actionOf(request: ServiceRequest): string {
  const target = request.headers["x-amz-target"] ?? "";
  const action = byTarget.get(target);
  if (action !== undefined) return action;
  return target.startsWith(prefix) ? target.slice(prefix.length) : (request.query.get("Action") ?? "Unknown");
}

function isAction(action: string): action is SqsAction {
  return Object.hasOwn(requests, action);
}

function run(
  core: SqsCore,
  action: SqsAction,
  request: ServiceRequest,
): ActionResult | Promise<ActionResult> {
  const input = inputOf(action, jsonOf(request.body));
  const act = actions[action] as (core: SqsCore, input: unknown, caller: Caller) => ActionResult;
  return act(core, input, request);
}

/** For what waits, such as a long poll. All else is answered at once, which is a fifth faster. */
async function answerLater(request: ServiceRequest, result: Promise<ActionResult>): Promise<ServiceResponse> {
  try {
    return answerResult(request, await result);
  } catch (error) {
    return refusal(request, error);
  }
}

const answerResult = (request: ServiceRequest, { output, summary }: ActionResult): ServiceResponse =>
  answer(request, 200, output ?? {}, summary);

/** The answer to what SQS refuses. Throws any other error. */
function refusal(request: ServiceRequest, error: unknown): ServiceResponse {
  if (error instanceof SqsError) return sqsError(request, error);
  throw error;
}

function inputOf(action: SqsAction, json: unknown): unknown {
  const plain = plainInput(action, json);
  if (plain !== undefined) return plain;
  const parsed = requests[action].safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidParameter(
    `Value for parameter ${issue?.path.join(".")} is invalid. Reason: ${issue?.message}.`,
  );
}

function jsonOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw invalidParameter("The request body is not JSON.");
  }
}

function answer(
  request: ServiceRequest,
  status: number,
  output: unknown,
  summary?: ServiceResponse["summary"],
): ServiceResponse {
  const json = request.headers["content-type"] ?? "application/x-amz-json-1.0";
  return { status, headers: { "content-type": json }, body: JSON.stringify(output), summary };
}

function sqsError(request: ServiceRequest, { code, queryCode, status, message }: SqsError): ServiceResponse {
  const coral = code === "InvalidParameterValueException" || code === "MissingRequiredParameterException";
  const namespace = coral ? "com.amazon.coral.service" : "com.amazonaws.sqs";
  const response = answer(request, status, { __type: `${namespace}#${code}`, message });
  return { ...response, headers: { ...response.headers, "x-amzn-query-error": `${queryCode};Sender` } };
}

function errorResponse(request: ServiceRequest, { status, code, message }: ServiceError): ServiceResponse {
  const response = answer(request, status, { __type: `com.amazonaws.sqs#${code}`, message });
  const fault = status < 500 ? "Sender" : "Receiver";
  return { ...response, headers: { ...response.headers, "x-amzn-query-error": `${code};${fault}` } };
}

function notImplemented(request: ServiceRequest, action: string): ServiceResponse {
  const message = `The local SQS does not implement ${action}.`;
  return errorResponse(request, { status: 501, code: "NotImplemented", message });
}
