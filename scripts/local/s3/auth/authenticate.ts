// Finds out who sent a request: Signature Version 4 in the Authorization header or in a presigned URL. Nothing is public
// here. Bucket policies are not evaluated: any local credentials allow everything.
import type { ServiceRequest } from "../../gateway/service.ts";
import { parseAmzDate } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import {
  type CredentialScope,
  parseScope,
  requestSignature,
  type SigningKey,
  sameSignature,
  signingKey,
} from "./signature.ts";

/** The secret access key of an access key id; `undefined` for an unknown id. */
export type Credentials = (accessKeyId: string) => string | undefined;

/** An authenticated sender. `key` and `signature` start the chain of chunk signatures in a signed streaming body. */
export type Identity = {
  accessKeyId: string;
  presigned: boolean;
  key: SigningKey;
  signature: string;
  /** The value of `x-amz-content-sha256`, or its default. */
  payloadHash: string;
};

const weekSeconds = 7 * 24 * 60 * 60;

function secretOf(credentials: Credentials, scope: CredentialScope): string {
  if (scope.service !== "s3") {
    throw new S3Error("AuthorizationHeaderMalformed", `incorrect service "${scope.service}"; expecting "s3"`);
  }
  const secret = credentials(scope.accessKeyId);
  if (secret === undefined) {
    throw new S3Error("InvalidAccessKeyId", undefined, { details: { AWSAccessKeyId: scope.accessKeyId } });
  }
  return secret;
}

/** Every `x-amz-` header and the host must be signed. Otherwise a proxy could change the meaning of the request. */
function requireSigned(request: ServiceRequest, signedHeaders: readonly string[]): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
    details: { HeadersNotSigned: unsigned.join(", ") },
  });
}

/** Refuses Signature Version 2, as newer regions do. boto3 still uses it by default for presigned URLs. */
const onlyVersion4 = () =>
  new S3Error("InvalidRequest", "The authorization mechanism is not supported. Please use AWS4-HMAC-SHA256.");

type Claim = {
  scope: CredentialScope;
  amzDate: string;
  signedHeaders: string[];
  signature: string;
  payloadHash: string;
  presigned: boolean;
};

function fromHeader(request: ServiceRequest, header: string): Claim {
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^,\s]+),? *SignedHeaders=([^,\s]+),? *Signature=([0-9a-f]+)$/.exec(
      header,
    );
  if (match === null) {
    throw header.startsWith("AWS4-HMAC-SHA256")
      ? new S3Error("AuthorizationHeaderMalformed")
      : onlyVersion4();
  }
  const [, credential = "", names = "", signature = ""] = match;
  const scope = parseScope(credential);
  const amzDate = request.headers["x-amz-date"];
  const payloadHash = request.headers["x-amz-content-sha256"];
  if (scope === undefined) throw new S3Error("AuthorizationHeaderMalformed");
  if (amzDate === undefined) throw new S3Error("AccessDenied", "x-amz-date is missing");
  if (payloadHash === undefined) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  return { scope, amzDate, signedHeaders: names.split(";"), signature, payloadHash, presigned: false };
}

function fromQuery({ query, headers }: ServiceRequest, nowMs: number): Claim {
  const bad = (what: string) => new S3Error("AuthorizationQueryParametersError", what);
  const scope = parseScope(query.get("X-Amz-Credential") ?? "");
  const amzDate = query.get("X-Amz-Date") ?? "";
  const signedAtMs = parseAmzDate(amzDate);
  const expires = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256")
    throw bad("X-Amz-Algorithm must be AWS4-HMAC-SHA256");
  if (scope === undefined) throw bad("X-Amz-Credential is not a credential scope");
  if (signedAtMs === undefined) throw bad("X-Amz-Date must be YYYYMMDDTHHMMSSZ");
  if (!Number.isInteger(expires) || expires < 1 || expires > weekSeconds) {
    throw bad(`X-Amz-Expires must be between 1 and ${weekSeconds} seconds`);
  }
  if (nowMs > signedAtMs + expires * 1000) {
    throw new S3Error("AccessDenied", "Request has expired", {
      details: { "X-Amz-Expires": String(expires), ServerTime: new Date(nowMs).toISOString() },
    });
  }
  return {
    scope,
    amzDate,
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
    payloadHash: headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD",
    presigned: true,
  };
}

/**
 * Authenticates a request. The time of signing is only checked for presigned URLs: a laptop that slept, or a test with
 * its own clock, must not fail because of a skewed clock.
 * @throws S3Error AccessDenied for anonymous, expired or partly signed requests, SignatureDoesNotMatch,
 *   InvalidAccessKeyId, or a code that says what is malformed
 */
export function authenticate(request: ServiceRequest, credentials: Credentials, nowMs: number): Identity {
  const header = request.headers.authorization;
  if (header === undefined && request.query.has("AWSAccessKeyId")) throw onlyVersion4();
  if (header === undefined && !request.query.has("X-Amz-Signature")) throw new S3Error("AccessDenied");
  const claim = header === undefined ? fromQuery(request, nowMs) : fromHeader(request, header);
  const key = signingKey(claim.scope, secretOf(credentials, claim.scope), claim.amzDate);
  requireSigned(request, claim.signedHeaders);
  const expected = requestSignature(request, claim.signedHeaders, claim.payloadHash, key);
  if (!sameSignature(expected, claim.signature)) {
    throw new S3Error("SignatureDoesNotMatch", undefined, {
      details: { AWSAccessKeyId: claim.scope.accessKeyId },
    });
  }
  const { presigned, signature, payloadHash } = claim;
  return { accessKeyId: claim.scope.accessKeyId, presigned, key, signature, payloadHash };
}
