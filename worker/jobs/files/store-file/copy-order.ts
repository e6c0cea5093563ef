// What is copied, and where to.
import type { ObjectVersion } from "../../shared/source-object.ts";
import type { UploadRow } from "../rows/upload-row.ts";

/** A copy to make. The target's key belongs to this upload's file alone. */
export type CopyOrder = {
  source: ObjectVersion;
  bytes: number;
  target: { bucket: string; key: string };
  upload: UploadRow;
};

/** The source of a copy as S3 wants it: percent-encoded, with the version. */
export const copySource = ({ bucket, key, versionId }: ObjectVersion): string =>
  `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}?versionId=${versionId}`;
