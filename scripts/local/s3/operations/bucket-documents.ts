// Settings that are stored and returned unchanged: policy, public access block, encryption. None is evaluated: nothing
// is public here, and any local credentials allow everything.

import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { S3Error, type S3ErrorCode } from "../protocol/errors.ts";
import { parseDocument } from "../protocol/read-xml.ts";

type DocumentName = "policy" | "publicAccessBlock" | "encryption";

function setDocument(call: S3Call, name: DocumentName, value: string | undefined): void {
  call.cloud.database.transaction(() => {
    const bucket = requireBucket(call);
    const { [name]: _, ...rest } = bucket.documents;
    const documents = value === undefined ? rest : { ...rest, [name]: value };
    call.cloud.buckets.save({ ...bucket, documents });
  });
}

function getDocument(
  call: S3Call,
  name: DocumentName,
  missing: S3ErrorCode,
  contentType: string,
): ServiceResponse {
  const body = requireBucket(call).documents[name];
  if (body === undefined) throw new S3Error(missing, undefined, { details: { BucketName: call.bucket } });
  return { status: 200, headers: { "content-type": contentType }, body };
}

/** GetBucketPolicy. */
export const getBucketPolicy = (call: S3Call): ServiceResponse =>
  getDocument(call, "policy", "NoSuchBucketPolicy", "application/json");

/** PutBucketPolicy. */
export function putBucketPolicy(call: DocumentCall): ServiceResponse {
  const text = call.payload.bytes.toString();
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy !== "object" || policy === null || !("Statement" in policy)) throw new SyntaxError();
  } catch {
    throw new S3Error("MalformedPolicy");
  }
  setDocument(call, "policy", text);
  return { status: 204 };
}

/** DeleteBucketPolicy. */
export function deleteBucketPolicy(call: S3Call): ServiceResponse {
  setDocument(call, "policy", undefined);
  return { status: 204 };
}

const anyDocument = z.record(z.string(), z.unknown());

/** GetPublicAccessBlock. */
export const getPublicAccessBlock = (call: S3Call): ServiceResponse =>
  getDocument(call, "publicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "application/xml");

/** PutPublicAccessBlock. */
export function putPublicAccessBlock(call: DocumentCall): ServiceResponse {
  parseDocument(call.payload.bytes, "PublicAccessBlockConfiguration", anyDocument);
  setDocument(call, "publicAccessBlock", call.payload.bytes.toString());
  return { status: 200 };
}

/** DeletePublicAccessBlock. */
export function deletePublicAccessBlock(call: S3Call): ServiceResponse {
  setDocument(call, "publicAccessBlock", undefined);
  return { status: 204 };
}

/** GetBucketEncryption. S3's default is AES256. */
export function getBucketEncryption(call: S3Call): ServiceResponse {
  const body = requireBucket(call).documents.encryption;
  if (body !== undefined) return { status: 200, headers: { "content-type": "application/xml" }, body };
  const byDefault = tree("ApplyServerSideEncryptionByDefault", [leaf("SSEAlgorithm", "AES256")]);
  return xmlResponse("ServerSideEncryptionConfiguration", [
    tree("Rule", [byDefault, leaf("BucketKeyEnabled", false)]),
  ]);
}

/** PutBucketEncryption. */
export function putBucketEncryption(call: DocumentCall): ServiceResponse {
  parseDocument(call.payload.bytes, "ServerSideEncryptionConfiguration", anyDocument);
  setDocument(call, "encryption", call.payload.bytes.toString());
  return { status: 200 };
}
