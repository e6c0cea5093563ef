// Presigned uploads and downloads: the console never touches a byte of a picture, browser and S3 do it among them.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";

/** Limits of one upload. */
export type UploadRules = { key: string; contentType: string; maxBytes: number };

/** A form POST a browser may make once: where to, and the fields that go before the file. */
export type UploadForm = { url: string; fields: Record<string, string> };

/** What may be downloaded. */
export type DownloadObject = { bucket: string; key: string; versionId?: string | undefined };

export type Presigner = {
  /** A form for exactly this key and content type, 1 to `maxBytes` bytes; good for ten minutes. */
  upload: (rules: UploadRules) => Promise<UploadForm>;
  /** An address of an object, or of one version of it, good for `downloadSeconds`. */
  download: (object: DownloadObject) => Promise<string>;
  /** Origins a page must be allowed to reach for the above. */
  origins: readonly string[];
};

const uploadSeconds = 600;

/** How long a download's address is good. */
export const downloadSeconds = 300;

/** Makes the presigner; the addresses follow the client's endpoint. */
export async function createPresigner(s3: S3Client, { buckets }: ResourceNames): Promise<Presigner> {
  const upload = ({ key, contentType, maxBytes }: UploadRules): Promise<UploadForm> =>
    createPresignedPost(s3, {
      Bucket: buckets.uploads,
      Key: key,
      Fields: { "Content-Type": contentType },
      Conditions: [
        ["eq", "$key", key],
        ["eq", "$Content-Type", contentType],
        ["content-length-range", 1, maxBytes],
      ],
      Expires: uploadSeconds,
    });
  const download = ({ bucket, key, versionId }: DownloadObject): Promise<string> => {
    const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    return getSignedUrl(s3, get, { expiresIn: downloadSeconds });
  };
  const samples = [
    (await upload({ key: "k", contentType: "image/png", maxBytes: 1 })).url,
    await download({ bucket: buckets.results, key: "k" }),
  ];
  return { upload, download, origins: [...new Set(samples.map((url) => new URL(url).origin))] };
}
