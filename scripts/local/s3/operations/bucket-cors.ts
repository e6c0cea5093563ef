// Sets, reads and removes a bucket's CORS rules, and answers the browser's preflight.
import { z } from "zod";
import type { ServiceRequest, ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { allowingRule, type CorsQuestion, corsHeaders } from "../protocol/cors-rules.ts";
import { S3Error } from "../protocol/errors.ts";
import { parseDocument } from "../protocol/read-xml.ts";
import type { Bucket } from "../store/buckets.ts";

const corsSchema = z.object({
  CORSRule: z
    .array(
      z.object({
        ID: z.string().optional(),
        AllowedOrigin: z.array(z.string()).min(1),
        AllowedMethod: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])).min(1),
        AllowedHeader: z.array(z.string()).default([]),
        ExposeHeader: z.array(z.string()).default([]),
        MaxAgeSeconds: z.coerce.number().int().nonnegative().optional(),
      }),
    )
    .min(1)
    .max(100),
});

/** PutBucketCors. */
export function putBucketCors(call: DocumentCall): ServiceResponse {
  const { CORSRule } = parseDocument(call.payload.bytes, "CORSConfiguration", corsSchema);
  const cors = CORSRule.map((rule) => ({
    id: rule.ID,
    origins: rule.AllowedOrigin,
    methods: rule.AllowedMethod,
    headers: rule.AllowedHeader,
    expose: rule.ExposeHeader,
    maxAgeSeconds: rule.MaxAgeSeconds,
  }));
  call.cloud.database.transaction(() => call.cloud.buckets.save({ ...requireBucket(call), cors }));
  return { status: 200 };
}

/** GetBucketCors. */
export function getBucketCors(call: S3Call): ServiceResponse {
  const { cors } = requireBucket(call);
  if (cors === undefined) throw new S3Error("NoSuchCORSConfiguration");
  const rules = cors.map((rule) =>
    tree("CORSRule", [
      leaf("ID", rule.id),
      ...rule.origins.map((origin) => leaf("AllowedOrigin", origin)),
      ...rule.methods.map((method) => leaf("AllowedMethod", method)),
      ...rule.headers.map((header) => leaf("AllowedHeader", header)),
      ...rule.expose.map((header) => leaf("ExposeHeader", header)),
      leaf("MaxAgeSeconds", rule.maxAgeSeconds),
    ]),
  );
  return xmlResponse("CORSConfiguration", rules);
}

/** DeleteBucketCors. */
export function deleteBucketCors(call: S3Call): ServiceResponse {
  call.cloud.database.transaction(() => {
    const { cors: _, ...rest } = requireBucket(call);
    call.cloud.buckets.save(rest);
  });
  return { status: 204 };
}

/** Answers a browser's preflight, which has no credentials. @throws S3Error AccessForbidden */
export function preflight(request: ServiceRequest, bucket: Bucket | undefined): ServiceResponse {
  const { origin, "access-control-request-method": method } = request.headers;
  if (origin === undefined || method === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Insufficient information. Origin and Access-Control-Request-Method are needed.",
    );
  }
  const headers = (request.headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((header) => header.trim())
    .filter((header) => header !== "");
  const question: CorsQuestion = { origin, method, headers };
  const rule = allowingRule(bucket?.cors ?? [], question);
  if (rule === undefined) throw new S3Error("AccessForbidden");
  return { status: 200, headers: corsHeaders(rule, question) };
}

/** The CORS headers of the response to any other request; none when the rules do not allow it. */
export function corsHeadersFor(request: ServiceRequest, bucket: Bucket | undefined): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || bucket?.cors === undefined) return {};
  const question: CorsQuestion = { origin, method: request.method, headers: [] };
  const rule = allowingRule(bucket.cors, question);
  return rule === undefined ? {} : corsHeaders(rule, question);
}
