// Presigned uploads and downloads: bytes go between the browser and S3, never through the console.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { create as contentDisposition } from "content-disposition";
import { savedName } from "../../../triggers/web/pictures/saved-name.ts";
import { formOfType } from "../../../triggers/web/pictures/transfer.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";

/** The limits of one upload. */
export type UploadRules = { key: string; contentType: string; maxBytes: number };

/** A form POST for one upload: its URL, and the fields that precede the file. */
export type UploadForm = { url: string; fields: Record<string, string> };

/** What can be downloaded. */
export type DownloadObject = {
  bucket: string;
  key: string;
  contentType: string;
  versionId?: string | undefined;
  /** The name under which the browser saves it; without it the browser shows it. */
  saveAs?: string;
};

export type Presigner = {
  /** A form for exactly this key and content type, for 1 to `maxBytes` bytes, valid for ten minutes. */
  upload: (rules: UploadRules) => Promise<UploadForm>;
  /** A URL of an object, or of one version of it, valid for `downloadSeconds`. */
  download: (object: DownloadObject) => Promise<string>;
  /** Origins that a page must be allowed to reach for these URLs. */
  origins: readonly string[];
};

const uploadSeconds = 600;

/** How long a download's URL is valid. */
export const downloadSeconds = 300;

/** Creates the presigner. Its URLs use the client's endpoint. */
export async function createPresigner(s3: S3Client, { buckets }: ResourceNames): Promise<Presigner> {
  const upload = (rules: UploadRules): Promise<UploadForm> =>
    formOfType(s3, { ...rules, bucket: buckets.uploads, seconds: uploadSeconds });
  const download = ({ bucket, key, versionId, contentType, saveAs }: DownloadObject): Promise<string> => {
    const name = saveAs ?? savedName(key.slice(key.lastIndexOf("/") + 1), contentType);
    const get = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      VersionId: versionId,
      ResponseContentDisposition: contentDisposition(name, {
        type: saveAs === undefined ? "inline" : "attachment",
      }),
      ...(saveAs !== undefined && { ResponseContentType: contentType }),
    });
    return getSignedUrl(s3, get, { expiresIn: downloadSeconds });
  };
  const samples = [
    (await upload({ key: "k", contentType: "image/png", maxBytes: 1 })).url,
    await download({ bucket: buckets.results, key: "k", contentType: "image/png" }),
  ];
  return { upload, download, origins: [...new Set(samples.map((url) => new URL(url).origin))] };
}
