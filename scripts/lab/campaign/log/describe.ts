// Turns applied requests of any service into records. Reads requests and answers; keeps no state.
import { z } from "zod";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import type { AppliedRequest } from "../../../local/gateway/request-log.ts";
import type { ServiceResponse } from "../../../local/gateway/service.ts";
import { describeQueueCall } from "./describe-queue.ts";
import { describeTableCall } from "./describe-table.ts";
import type { Applied, CloudRecord } from "./record.ts";

function parsed(body: string | Buffer | undefined): unknown {
  if (body === undefined || body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

function describeObjectCall(base: Applied, { request }: FaultCall, response: ServiceResponse): CloudRecord[] {
  const [, bucket = "", ...rest] = request.path.split("/");
  const key = decodeURIComponent(rest.join("/"));
  if (key === "" || response.status >= 300) return [];
  const { method, headers, query } = request;
  if (method === "PUT" && !query.has("partNumber") && !query.has("tagging")) {
    const versionId = response.headers?.["x-amz-version-id"];
    return [{ ...base, what: "put", bucket, key, versionId, jobId: headers["x-amz-meta-job"] }];
  }
  if (method === "DELETE" && !query.has("uploadId")) {
    const versionId = query.get("versionId") ?? undefined;
    return [{ ...base, what: "removed", bucket, key, versionId, jobId: undefined }];
  }
  return [];
}

const taggedMail = z.looseObject({
  EmailTags: z.array(z.looseObject({ Name: z.string(), Value: z.string() })).default([]),
});

function mailIdIn(body: Buffer): string {
  const { EmailTags } = taggedMail.parse(parsed(body));
  return EmailTags.find(({ Name }) => Name === "fleet-mail")?.Value ?? "";
}

function describeLifecycle(base: Applied, { request }: FaultCall, status: number): CloudRecord[] {
  const form = new URLSearchParams(request.body.toString());
  return [{ ...base, what: "lifecycle", instanceId: form.get("InstanceId") ?? "", applied: status < 400 }];
}

/** The records of one applied request. Most requests have none. */
export function describe(call: FaultCall, response: ServiceResponse, entry: AppliedRequest): CloudRecord[] {
  const { seq, at, arrivedAt, givenAfter, from = "", id: requestId } = entry;
  const base: Applied = { seq, request: seq, at, arrivedAt, givenAfter, from, requestId };
  const { service, action, request } = call;
  const { status } = response;
  if (service === "s3") return describeObjectCall(base, call, response);
  if (service === "autoscaling" && action === "CompleteLifecycleAction")
    return describeLifecycle(base, call, status);
  if (service === "ses" && status < 300) return [{ ...base, what: "mail", mailId: mailIdIn(request.body) }];
  if (service === "sqs" && status < 300)
    return describeQueueCall(action, { base, asked: parsed(request.body), answered: parsed(response.body) });
  if (service === "dynamodb")
    return describeTableCall(action, {
      base,
      status,
      asked: parsed(request.body),
      answered: parsed(response.body),
    });
  return [];
}
