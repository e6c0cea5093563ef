// Operations by name. Operations that are missing here answer NotImplemented.
import type { BodyOperation, Operation } from "../call.ts";
import type { OperationName } from "../protocol/operation.ts";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./bucket-cors.ts";
import * as documents from "./bucket-documents.ts";
import { getBucketNotification, putBucketNotification } from "./bucket-notification.ts";
import * as buckets from "./buckets.ts";
import { completeMultipartUpload } from "./complete-upload.ts";
import { copyObject } from "./copy-object.ts";
import { uploadPartCopy } from "./copy-part.ts";
import { deleteObject, deleteObjects } from "./delete-object.ts";
import { listObjects, listObjectVersions } from "./list-objects.ts";
import * as multipart from "./multipart.ts";
import { readObject } from "./read-object.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging.ts";
import { putObject } from "./write-object.ts";

/** Operations that store their request's body. */
export const bodyOperations: Readonly<Partial<Record<OperationName, BodyOperation>>> = {
  PutObject: putObject,
  UploadPart: multipart.uploadPart,
};

/** The others with a signed request. Form uploads and preflights are dispatched elsewhere. */
export const operations: Readonly<Partial<Record<OperationName, Operation>>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getBucketVersioning,
  PutBucketVersioning: buckets.putBucketVersioning,
  GetBucketNotificationConfiguration: getBucketNotification,
  PutBucketNotificationConfiguration: putBucketNotification,
  GetBucketCors: getBucketCors,
  PutBucketCors: putBucketCors,
  DeleteBucketCors: deleteBucketCors,
  GetBucketPolicy: documents.getBucketPolicy,
  PutBucketPolicy: documents.putBucketPolicy,
  DeleteBucketPolicy: documents.deleteBucketPolicy,
  GetPublicAccessBlock: documents.getPublicAccessBlock,
  PutPublicAccessBlock: documents.putPublicAccessBlock,
  DeletePublicAccessBlock: documents.deletePublicAccessBlock,
  GetBucketEncryption: documents.getBucketEncryption,
  PutBucketEncryption: documents.putBucketEncryption,
  ListObjectsV2: listObjects,
  ListObjectVersions: listObjectVersions,
  DeleteObjects: deleteObjects,
  CopyObject: copyObject,
  GetObject: readObject,
  HeadObject: readObject,
  DeleteObject: deleteObject,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
  ListParts: multipart.listParts,
  ListMultipartUploads: multipart.listMultipartUploads,
};
