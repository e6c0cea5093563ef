// The object store as a local service: authenticates, verifies bodies, dispatches, shapes errors, delivers events.
import { type Clock, realClock } from "../clock/clock.ts";
import { bodyChunks } from "../gateway/http.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import { authenticate, type Credentials } from "./auth/authenticate.ts";
import type { S3Call, S3Cloud } from "./call.ts";
import { Outbox, type Publish } from "./events/outbox.ts";
import { hostId } from "./events/record.ts";
import { corsHeadersFor, preflight } from "./operations/bucket-cors.ts";
import { postObject } from "./operations/post-object.ts";
import { bodyOperations, operations } from "./operations/table.ts";
import { addressOf } from "./protocol/address.ts";
import { errorResponse, S3Error } from "./protocol/errors.ts";
import type { NotificationTarget } from "./protocol/notification-rules.ts";
import { operationOf } from "./protocol/operation.ts";
import { receiveDocument } from "./protocol/payload.ts";
import { createBodies } from "./store/bodies.ts";
import { createBuckets } from "./store/buckets.ts";
import { openDatabase } from "./store/database.ts";
import { createUploads } from "./store/uploads.ts";
import { createVersions } from "./store/versions.ts";

/** How to create the object store. */
export type S3Options = {
  /** The known signers. Other requests, and unsigned ones, are refused. */
  credentials: Credentials;
  /** Sends an event to a topic, queue, function or event bus. It is called again until it resolves. */
  publish: Publish;
  /** Kinds of targets that `publish` can reach; others cannot be configured. All by default. */
  targets?: readonly NotificationTarget["kind"][];
  clock?: Clock;
  /** Folder of `s3.db`. Without it the state is in memory. */
  dataDir?: string | undefined;
  region?: string;
  accountId?: string;
};

/** The object store. `settled` resolves when no event is being delivered. */
export type LocalS3 = LocalService & { settled: () => Promise<void>; close: () => Promise<void> };

function openCloud(options: S3Options): S3Cloud {
  const { clock = realClock, dataDir, region = "eu-west-1", accountId = "000000000000", publish } = options;
  const database = openDatabase(dataDir);
  const bodies = createBodies(database, dataDir);
  return {
    clock,
    region,
    accountId,
    database,
    bodies,
    buckets: createBuckets(database),
    versions: createVersions(database, bodies),
    uploads: createUploads(database, bodies),
    outbox: new Outbox(database, clock, publish),
    publish,
    targets: new Set(options.targets ?? ["sns", "sqs", "lambda", "eventbridge"]),
  };
}

/** A presigned URL has `x-amz-` headers in its query. A checksum among them is ignored, as in S3. */
function effectiveHeaders(request: ServiceRequest, presigned: boolean): Record<string, string> {
  if (!presigned) return request.headers;
  const hoisted = [...request.query].filter(
    ([name]) => /^x-amz-[a-z0-9-]+$/.test(name) && !name.includes("checksum"),
  );
  return { ...Object.fromEntries(hoisted), ...request.headers };
}

async function answerSigned(
  cloud: S3Cloud,
  request: ServiceRequest,
  credentials: Credentials,
): Promise<ServiceResponse> {
  const name = operationOf(request);
  const { bucket, key } = addressOf(request);
  const identity = authenticate(request, credentials, cloud.clock.now());
  const owner = request.headers["x-amz-expected-bucket-owner"];
  if (owner !== undefined && owner !== cloud.accountId) throw new S3Error("AccessDenied");
  const call: S3Call = {
    cloud,
    request,
    bucket,
    key,
    query: request.query,
    headers: effectiveHeaders(request, identity.presigned),
    principalId: identity.accessKeyId,
  };
  const checksumIsOfBody = name !== "CompleteMultipartUpload";
  const body = { chunks: bodyChunks(request), headers: request.headers, identity, checksumIsOfBody };
  const bodyOperation = bodyOperations[name];
  if (bodyOperation !== undefined) return bodyOperation(call, body);
  const operation = operations[name];
  if (operation === undefined) {
    throw new S3Error("NotImplemented", `${name} ${request.method} ${request.url} is not implemented.`);
  }
  return operation({ ...call, payload: await receiveDocument(body) });
}

async function answer(
  cloud: S3Cloud,
  request: ServiceRequest,
  credentials: Credentials,
): Promise<ServiceResponse> {
  const name = operationOf(request);
  const { bucket } = addressOf(request);
  if (name === "Preflight") return preflight(request, cloud.buckets.find(bucket));
  const hasSignature = request.headers.authorization !== undefined || request.query.has("X-Amz-Signature");
  if (name === "PostObject" && !hasSignature) return postObject(cloud, request, bucket, credentials);
  return answerSigned(cloud, request, credentials);
}

/** The CORS headers of the response, by the rules of the request's bucket. */
function corsOf(cloud: S3Cloud, request: ServiceRequest): Record<string, string> {
  if (request.headers.origin === undefined || request.method === "OPTIONS") return {};
  try {
    return corsHeadersFor(request, cloud.buckets.find(addressOf(request).bucket));
  } catch {
    return {};
  }
}

/** For requests that were in progress when the store was closed. */
const shuttingDown = { status: 503, code: "ServiceUnavailable", message: "The object store is closed." };

/** Opens the object store. Events of an earlier run are delivered first. */
export function createS3(options: S3Options): LocalS3 {
  const cloud = openCloud(options);
  let state: "open" | "closed" = "open";
  const handle = async (request: ServiceRequest): Promise<ServiceResponse> => {
    const response = await answer(cloud, request, options.credentials).catch((error: unknown) => {
      if (state === "closed") return errorResponse(request, shuttingDown);
      if (!(error instanceof S3Error)) throw error;
      const refusal = errorResponse(request, error);
      return { ...refusal, headers: { ...refusal.headers, ...error.headers } };
    });
    cloud.outbox.deliver();
    const ids = { "x-amz-request-id": request.id, "x-amz-id-2": hostId(request.id) };
    return { ...response, headers: { ...ids, ...corsOf(cloud, request), ...response.headers } };
  };
  cloud.outbox.deliver();
  return {
    name: "s3",
    actionOf: operationOf,
    streamsBodies: true,
    handle,
    errorResponse,
    settled: () => cloud.outbox.settled(),
    close: async () => {
      await cloud.outbox.close();
      state = "closed";
      cloud.database.close();
      cloud.bodies.close();
    },
  };
}
