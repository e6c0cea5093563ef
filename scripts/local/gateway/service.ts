// What a local service is: a function from one whole request to one whole response. Sockets, routing, faults and
// the request log belong to the gateway; a service knows only its own rules.

/** One HTTP request, body read to the end. Header names are lower-case. */
export type ServiceRequest = {
  id: string;
  method: string;
  /** Path and query exactly as sent. */
  url: string;
  /** Path without the query, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Buffer;
  /** Aborts when the caller goes away before it has its answer (a long poll that nobody waits for). */
  signal: AbortSignal;
};

/** One HTTP response. */
export type ServiceResponse = {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Small plain data for the request log (names, ids, counts); never sent to the caller. */
  summary?: Record<string, unknown>;
};

/** An error to be put into a service's own shape. */
export type ServiceError = { status: number; code: string; message: string };

/** A JSON control call under `/_local/`; throws `ControlError` for bad input, its return value is the JSON answer. */
export type ControlHandler = (call: {
  query: URLSearchParams;
  /** Parsed JSON body; `undefined` when there is none. */
  body: unknown;
}) => unknown | Promise<unknown>;

/** Answered as HTTP 400 with `{"error": message}` by the control endpoint. */
export class ControlError extends Error {
  override name = "ControlError";
}

/** A service behind the gateway. */
export type LocalService = {
  /** As in the credential scope: `sqs`, `sns`, `s3`, `ses`, `dynamodb`, `autoscaling`, `monitoring`. */
  name: string;
  /** Beginnings of `x-amz-target` values that belong to this service, with the dot: `["AmazonSQS."]`. */
  targetPrefixes?: readonly string[];
  /** Beginning of the paths that belong to this service, whoever signed: `/_api/`. No bucket's name begins so. */
  pathPrefix?: string;
  /** The API action a request asks for, e.g. `ReceiveMessage`; for the log and for fault rules. */
  actionOf: (request: ServiceRequest) => string;
  handle: (request: ServiceRequest) => Promise<ServiceResponse>;
  /** An error in the shape this service's SDK client understands (XML or JSON, with its headers). */
  errorResponse: (request: ServiceRequest, error: ServiceError) => ServiceResponse;
  /** Control calls this service offers, by method and path: `{"POST /_local/autoscaling/rebalance": handler}`. */
  control?: Readonly<Record<string, ControlHandler>>;
  close?: () => Promise<void>;
};
