// What a local service is: a function from one whole request to one whole response. Sockets, routing, faults and
// the request log belong to the gateway; a service knows only its own rules.

/** One HTTP request, body read to the end. Header names are lower-case. */
export type ServiceRequest = {
  id: string;
  method: string;
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
};

/** A service behind the gateway. */
export type LocalService = {
  /** As in the credential scope: `sqs`, `sns`, `s3`, `dynamodb`, `autoscaling`, `monitoring`. */
  name: string;
  /** The API action a request asks for, e.g. `ReceiveMessage`; for the log and for fault rules. */
  actionOf: (request: ServiceRequest) => string;
  handle: (request: ServiceRequest) => Promise<ServiceResponse>;
  close?: () => Promise<void>;
};
