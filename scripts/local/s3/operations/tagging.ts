// Parses tags, and GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { S3Error } from "../protocol/errors.ts";
import { element, parseDocument } from "../protocol/read-xml.ts";
import { versionHeader } from "./object-headers.ts";
import { versionAsked } from "./read-object.ts";

const taggingSchema = z.object({
  TagSet: element(z.object({ Tag: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]) })),
});

/** At most 10 tags, keys of 1 to 128 and values of at most 256 characters, no key twice (S3 user guide, "Object tags"). */
function checkTags(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const keys = new Set(pairs.map(([key]) => key));
  const bad =
    pairs.length > 10 ||
    keys.size !== pairs.length ||
    pairs.some(([key, value]) => key.length < 1 || key.length > 128 || value.length > 256);
  if (bad) throw new S3Error("InvalidTag");
  return Object.fromEntries(pairs);
}

/** Tags in the `x-amz-tagging` header, written like a query. */
export function parseTags(header: string | undefined): Record<string, string> {
  return header === undefined ? {} : checkTags([...new URLSearchParams(header)]);
}

/** GetObjectTagging. */
export function getObjectTagging(call: S3Call): ServiceResponse {
  const bucket = requireBucket(call);
  const version = versionAsked(call);
  const tags = Object.entries(version.tags).map(([key, value]) =>
    tree("Tag", [leaf("Key", key), leaf("Value", value)]),
  );
  return xmlResponse("Tagging", [tree("TagSet", tags)], versionHeader(bucket, version));
}

/** PutObjectTagging and DeleteObjectTagging. */
function changeTags(call: S3Call, tags: Record<string, string>, status: number): ServiceResponse {
  return call.cloud.database.transaction(() => {
    const bucket = requireBucket(call);
    const version = versionAsked(call);
    call.cloud.versions.setTags(version, tags);
    return { status, headers: versionHeader(bucket, version) };
  });
}

export function putObjectTagging(call: DocumentCall): ServiceResponse {
  const { TagSet } = parseDocument(call.payload.bytes, "Tagging", taggingSchema);
  return changeTags(call, checkTags(TagSet.Tag.map(({ Key, Value }) => [Key, Value] as const)), 200);
}

export function deleteObjectTagging(call: S3Call): ServiceResponse {
  return changeTags(call, {}, 204);
}
