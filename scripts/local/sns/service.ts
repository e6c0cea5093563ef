// SNS over HTTP: the AWS query protocol around the actions.
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import { snsActions } from "./actions.ts";
import type { SnsCore } from "./core.ts";
import { SnsError } from "./errors.ts";
import { escapeXml, formOf, textOf, xmlOf } from "./query-protocol.ts";

const xmlns = "http://sns.amazonaws.com/doc/2010-03-31/";

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
        const result = output === undefined ? "" : `<${action}Result>${xmlOf(output)}</${action}Result>`;
        const metadata = `<ResponseMetadata><RequestId>${request.id}</RequestId></ResponseMetadata>`;
        const body = `<${action}Response xmlns="${xmlns}">${result}${metadata}</${action}Response>`;
        return { status: 200, headers: { "content-type": "text/xml" }, body, ...(summary && { summary }) };
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

function errorResponse(request: ServiceRequest, { status, code, message }: ServiceError): ServiceResponse {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  const body = `<ErrorResponse xmlns="${xmlns}">${error}<RequestId>${request.id}</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}
