// What a local service is: a function from one request to one response. The gateway owns sockets, routing, faults and the
// request log; a service only knows its own rules.

/** One HTTP request. Header names are lower-case. */
export type ServiceRequest = {
  id: string;
  method: string;
  /** Path and query exactly as sent. */
  url: string;
  /** Path without the query, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** The whole body; its beginning when there is a `rest`. */
  body: Buffer;
  /** What follows `body`, as it arrives, to be read once. Only services that stream bodies get it, and only for large ones. */
  rest?: AsyncIterable<Buffer> | undefined;
  /** Aborts when the caller goes away before it has its answer, for instance during a long poll. */
  signal: AbortSignal;
  /** Whether the caller has gone away by now, which costs less to ask than `signal`. */
  abandoned: boolean;
};

/** One HTTP response. */
export type ServiceResponse = {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The body in chunks, instead of `body`, when it is large. */
  stream?: { bytes: number; chunks: AsyncIterable<Buffer> };
  /** Small plain data for the request log (names, ids, counts); never sent to the caller. */
  summary?: Record<string, unknown> | undefined;
};

/** An error, to be written in a service's own shape. */
export type ServiceError = { status: number; code: string; message: string };

/** A JSON control call under `/_local/`. It returns the JSON answer and throws `ControlError` for bad input. */
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
  /** Prefixes of this service's `x-amz-target` values, with the dot: `["AmazonSQS."]`. */
  targetPrefixes?: readonly string[];
  /** Prefix of the paths that belong to this service, whoever signed them: `/_api/`. No bucket name begins like this. */
  pathPrefix?: string;
  /** The API action of a request, e.g. `ReceiveMessage`, for the log and for fault rules. */
  actionOf: (request: ServiceRequest) => string;
  /** Takes large bodies as they arrive (`rest`). Without it the gateway reads every body whole. */
  streamsBodies?: boolean;
  handle: (request: ServiceRequest) => ServiceResponse | Promise<ServiceResponse>;
  /** An error in the shape that this service's SDK client understands (XML or JSON, with headers). */
  errorResponse: (request: ServiceRequest, error: ServiceError) => ServiceResponse;
  /** This service's control calls, by method and path: `{"POST /_local/autoscaling/rebalance": handler}`. */
  control?: Readonly<Record<string, ControlHandler>>;
  close?: () => Promise<void>;
};
