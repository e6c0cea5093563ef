// Addresses by which pictures travel between the browser and S3: a form for one upload, and a short-lived address of what is
// shown. What is shown was made by our own jobs, never by the person who sent it.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { create as contentDisposition } from "content-disposition";
import { recordUpload } from "../../shared/issued-uploads.ts";
import type { WebDependencies } from "../dependencies.ts";
import { maxPictureBytes } from "./accept.ts";
import { savedName } from "./saved-name.ts";

/** How long a form may be used: a slow line takes a while for 50 MB. */
const formSeconds = 3600;

/** How long an address of a picture may be used; a browser keeps the redirect to it for half of that. */
const addressSeconds = 600;

/** A form for one upload. */
export type PictureForm = { url: string; fields: Record<string, string> };

/**
 * A form for exactly this key, at most the size of a picture. The owner is stored first: when the object arrives, S3 only
 * knows who signed the form.
 */
export async function formFor(
  { db, s3, names, now }: Pick<WebDependencies, "db" | "s3" | "names" | "now">,
  { owner, key, contentType }: { owner: string; key: string; contentType: string },
): Promise<PictureForm> {
  const bucket = names.buckets.uploads;
  await recordUpload({ db, table: names.tables.uploads, now }, { bucket, key, owner });
  return formOfType(s3, { bucket, key, contentType, maxBytes: maxPictureBytes, seconds: formSeconds });
}

/** A form for exactly this key and content type, for 1 to `maxBytes` bytes, valid for `seconds`. */
export function formOfType(
  s3: S3Client,
  form: { bucket: string; key: string; contentType: string; maxBytes: number; seconds: number },
): Promise<PictureForm> {
  const { bucket, key, contentType, maxBytes, seconds } = form;
  return createPresignedPost(s3, {
    Bucket: bucket,
    Key: key,
    Fields: { "Content-Type": contentType },
    Conditions: [
      ["eq", "$key", key],
      ["eq", "$Content-Type", contentType],
      ["content-length-range", 1, maxBytes],
    ],
    Expires: seconds,
  });
}

/** An object to show: one version of it, its type, and the name of what it was made from. */
export type ShownObject = {
  bucket: string;
  key: string;
  versionId: string;
  contentType: string;
  name: string;
};

/** The address of an object. A browser that saves it names it by its type, whatever the upload's name ended with. */
export function addressOf(
  { s3 }: Pick<WebDependencies, "s3">,
  { bucket, key, versionId, contentType, name }: ShownObject,
): Promise<string> {
  const get = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    VersionId: versionId,
    ResponseContentDisposition: contentDisposition(savedName(name, contentType), { type: "inline" }),
  });
  return getSignedUrl(s3, get, { expiresIn: addressSeconds });
}

/** For the redirect to such an address. */
export const addressCache = `private, max-age=${addressSeconds / 2}`;
