// The sending side of SES: SendEmail of API v2, as REST with JSON. Nothing leaves this machine; sent mails are in the
// mailbox.
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import type { Mailbox } from "./mailbox.ts";
import { notImplemented, readSendEmail, SesError } from "./requests.ts";

const sendEmailPath = "/v2/email/outbound-emails";

const json = (status: number, value: unknown, headers: Record<string, string> = {}): ServiceResponse => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

const errorJson = ({ status, code, message }: ServiceError): ServiceResponse =>
  json(status, { message }, { "x-amzn-errortype": code });

function actionOf({ method, path }: ServiceRequest): string {
  return method === "POST" && path === sendEmailPath ? "SendEmail" : `${method} ${path}`;
}

/** The SES service over a mailbox. `GET /_local/mail/sent` lists its mails. */
export function sesService(mailbox: Mailbox): LocalService {
  return {
    name: "ses",
    actionOf,
    handle: async (request) => {
      try {
        return sendEmail(mailbox, request);
      } catch (error) {
        if (!(error instanceof SesError)) throw error;
        return errorJson(error);
      }
    },
    errorResponse: (_, error) => errorJson(error),
    control: { "GET /_local/mail/sent": () => ({ mails: mailbox.list().map(listed) }) },
    close: async () => mailbox.close(),
  };
}

const listed = ({ messageId, sentAt, from, to, tags, raw }: ReturnType<Mailbox["take"]>) => ({
  messageId,
  sentAt: new Date(sentAt).toISOString(),
  from,
  to,
  tags,
  raw: raw.toString("base64"),
});

function sendEmail(mailbox: Mailbox, request: ServiceRequest): ServiceResponse {
  if (actionOf(request) !== "SendEmail") throw notImplemented(actionOf(request));
  const { messageId, to, tags } = mailbox.take(readSendEmail(bodyOf(request)));
  return { ...json(200, { MessageId: messageId }), summary: { messageId, to, tags } };
}

function bodyOf({ body }: ServiceRequest): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new SesError("BadRequestException", "The body is not JSON.");
  }
}
