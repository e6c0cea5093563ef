// S3's errors: codes, statuses and texts from its API reference, and their XML. Knows no operation.
import type { ServiceRequest, ServiceResponse } from "../../gateway/service.ts";
import { leaf } from "../../protocols/xml.ts";
import { s3Document } from "./document.ts";

/** Code -> HTTP status and standard text (S3 API reference, "List of error codes"). */
const known = {
  AccessDenied: [403, "Access Denied"],
  AccessForbidden: [403, "CORSResponse: This CORS request is not allowed."],
  AccessControlListNotSupported: [400, "The bucket does not allow ACLs"],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "The presigned query parameters are not valid."],
  BadDigest: [400, "The checksum you specified did not match what we received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded."],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size."],
  IncompleteBody: [400, "You did not provide the number of bytes specified by the Content-Length header."],
  InvalidAccessKeyId: [403, "The AWS access key ID that you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found or its entity tag did not match.",
  ],
  InvalidPartOrder: [400, "The list of parts was not in ascending order."],
  InvalidPolicyDocument: [400, "Invalid Policy: Invalid JSON."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidTag: [400, "The tag provided was not a valid tag."],
  InvalidURI: [400, "The specified URI couldn't be parsed."],
  KeyTooLongError: [400, "Your key is too long."],
  MalformedPOSTRequest: [400, "The body of your POST request is not well-formed multipart/form-data."],
  MalformedPolicy: [400, "Policies must be valid JSON and the first byte must be '{'"],
  MalformedTrailerError: [
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  ],
  MalformedXML: [400, "The XML that you provided was not well formed or did not validate."],
  MaxPostPreDataLengthExceeded: [400, "Your POST request fields preceding the upload file were too large."],
  MaxMessageLengthExceeded: [400, "Your request was too big."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist."],
  NoSuchCORSConfiguration: [404, "The CORS configuration does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchPublicAccessBlockConfiguration: [404, "The public access block configuration was not found."],
  NoSuchUpload: [404, "The specified multipart upload does not exist."],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
  NotModified: [304, "Not Modified"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature that you provided.",
  ],
  XAmzContentChecksumMismatch: [
    400,
    "The provided 'x-amz-checksum' header does not match what was computed.",
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

/** An error code of S3. */
export type S3ErrorCode = keyof typeof known;

/** An error of the S3 API. `details` become further XML elements; `headers` are sent with the response. */
export class S3Error extends Error {
  override name = "S3Error";
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message?: string,
    more: { details?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message ?? known[code][1]);
    this.code = code;
    this.status = known[code][0];
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

/** An error response. S3 sends no body with 304, and none to HEAD (where the gateway drops it). */
export function errorResponse(
  request: Pick<ServiceRequest, "id" | "path">,
  error: { status: number; code: string; message: string; details?: Readonly<Record<string, string>> },
): ServiceResponse {
  if (error.status === 304) return { status: 304 };
  const body = s3Document("Error", [
    leaf("Code", error.code),
    leaf("Message", error.message),
    ...Object.entries(error.details ?? {}).map(([name, value]) => leaf(name, value)),
    leaf("Resource", request.path),
    leaf("RequestId", request.id),
  ]);
  return { status: error.status, headers: { "content-type": "application/xml" }, body };
}
