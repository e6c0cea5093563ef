// The hot calls to S3: get, put and delete of one object (S3 API reference). How an input becomes a request, and an answer's headers
// the output; whatever else is in one is left to the SDK.
import { type FileBody, isFileBody, ofFile } from "../../engine/job/file-body.ts";
import { NotPlain } from "./not-plain.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A request without what all requests of its operation share. */
export type ObjectRequest = {
  bucket: string;
  /** The key, encoded for a path, with a slash before it. */
  path: string;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  body?: Buffer | FileBody;
  /** Of the body, in hexadecimal digits. */
  sha256: string;
};

/** One call. Both functions throw NotPlain for what only the SDK can do. */
export type ObjectCall = {
  method: "GET" | "PUT" | "DELETE";
  /** The status of a success. */
  status: number;
  /** True when the answer's body is the object. */
  hasObject?: boolean;
  requestOf: (input: Fields) => ObjectRequest;
  outputOf: (headers: Fields) => Record<string, unknown>;
};

/** Larger buffers are the SDK's: few enough that their hashing does not count. */
const mostBytes = 32 * 1024 ** 2;

/** From here on a body is announced and waits for a sign to go on, as the SDK has it (`expectContinueHeader`). */
const announcedBytes = 2 * 1024 ** 2;

const sha256OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Encodes all but the unreserved characters (RFC 3986, section 2.3). */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function text(value: unknown): string {
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw new NotPlain();
}

/** A header's value that reads the same signed and sent. */
function headerText(value: unknown): string {
  if (typeof value === "string" && /^[!-~]+( [!-~]+)*$/.test(value)) return value;
  throw new NotPlain();
}

/** Takes the fields of an input one by one; `end` throws when one is left that nobody took. */
function taking(input: Fields) {
  const left = new Set(Object.keys(input).filter((name) => input[name] !== undefined));
  const take = (name: string): unknown => (left.delete(name) ? input[name] : undefined);
  return {
    take,
    header: (name: string, field: string): Record<string, string> => {
      const value = take(field);
      return value === undefined ? {} : { [name]: headerText(value) };
    },
    end: () => {
      if (left.size > 0) throw new NotPlain();
    },
  };
}

type Taking = ReturnType<typeof taking>;

function place({ take }: Taking) {
  const [bucket, key, version] = [text(take("Bucket")), text(take("Key")), take("VersionId")];
  const path = `/${key.split("/").map(encoded).join("/")}`;
  // Some clients and proxies take such segments out of a path.
  if (/\/\.{0,2}(\/|$)/.test(path)) throw new NotPlain();
  const query: Record<string, string> = version === undefined ? {} : { versionId: text(version) };
  return { bucket, path, query };
}

function withoutBody(input: Fields): ObjectRequest {
  const fields = taking(input);
  const to = place(fields);
  fields.end();
  return { ...to, headers: {}, sha256: sha256OfNothing };
}

function bodyOf({ take }: Taking): {
  body: Buffer | FileBody;
  sha256: string;
  headers: Record<string, string>;
} {
  const [body, length, checksum] = [take("Body"), take("ContentLength"), take("ChecksumSHA256")];
  if (!Buffer.isBuffer(body) && !isFileBody(body)) throw new NotPlain();
  const bytes = isFileBody(body) ? body[ofFile].bytes : body.length;
  if ((Buffer.isBuffer(body) && bytes > mostBytes) || (length !== undefined && length !== bytes))
    throw new NotPlain();
  // S3 checks the body by it, so the signature may rest on it, too: the bytes need not be hashed again.
  const hash = Buffer.from(headerText(checksum), "base64");
  if (hash.length !== 32 || hash.toString("base64") !== checksum) throw new NotPlain();
  const headers = {
    "content-length": String(bytes),
    "x-amz-checksum-sha256": checksum,
    ...(bytes >= announcedBytes && { expect: "100-continue" }),
  };
  return { body, sha256: hash.toString("hex"), headers };
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null) throw new NotPlain();
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (!/^[a-z0-9-]+$/.test(name)) throw new NotPlain();
      return [`x-amz-meta-${name}`, headerText(each)];
    }),
  );
}

function put(input: Fields): ObjectRequest {
  const fields = taking(input);
  const to = place(fields);
  // A put has no version to name.
  if (input.VersionId !== undefined) throw new NotPlain();
  const { body, sha256, headers } = bodyOf(fields);
  const all = {
    ...headers,
    ...fields.header("content-type", "ContentType"),
    ...fields.header("content-disposition", "ContentDisposition"),
    ...fields.header("if-match", "IfMatch"),
    ...fields.header("if-none-match", "IfNoneMatch"),
    ...metadataOf(fields.take("Metadata")),
  };
  fields.end();
  return { ...to, headers: all, body, sha256 };
}

type Read = (value: string) => unknown;

const asIs: Read = (value) => value;
const flag: Read = (value) => {
  if (value !== "true" && value !== "false") throw new NotPlain();
  return value === "true";
};
const whole: Read = (value) => {
  if (!/^\d{1,15}$/.test(value)) throw new NotPlain();
  return Number(value);
};
/** RFC 9110, section 5.6.7; the SDK reads older forms, too. */
const moment: Read = (value) => {
  const date = new Date(value);
  if (date.toUTCString() !== value) throw new NotPlain();
  return date;
};

/** Headers of every answer that say nothing of the object. */
const ofTheConnection = new Set([
  ...["connection", "date", "keep-alive", "server", "transfer-encoding"],
  ...["x-amz-id-2", "x-amz-request-id", "x-amzn-requestid"],
]);

const ofTheObject: Readonly<Record<string, readonly [field: string, read: Read]>> = {
  etag: ["ETag", asIs],
  "x-amz-version-id": ["VersionId", asIs],
  "x-amz-server-side-encryption": ["ServerSideEncryption", asIs],
  "x-amz-server-side-encryption-aws-kms-key-id": ["SSEKMSKeyId", asIs],
  "x-amz-server-side-encryption-bucket-key-enabled": ["BucketKeyEnabled", flag],
  "x-amz-expiration": ["Expiration", asIs],
  "x-amz-checksum-crc32": ["ChecksumCRC32", asIs],
  "x-amz-checksum-crc64nvme": ["ChecksumCRC64NVME", asIs],
  "x-amz-checksum-sha256": ["ChecksumSHA256", asIs],
  "x-amz-checksum-type": ["ChecksumType", asIs],
};

const ofWhatIsGot: typeof ofTheObject = {
  ...ofTheObject,
  "accept-ranges": ["AcceptRanges", asIs],
  "content-disposition": ["ContentDisposition", asIs],
  "content-length": ["ContentLength", whole],
  "content-type": ["ContentType", asIs],
  "last-modified": ["LastModified", moment],
};

const ofDeletion: typeof ofTheObject = {
  "x-amz-version-id": ["VersionId", asIs],
  "x-amz-delete-marker": ["DeleteMarker", flag],
};

const metadataPrefix = "x-amz-meta-";

/** Reads the headers that a table names. */
const fieldsOf =
  (table: typeof ofTheObject, ignored: readonly string[], hasMetadata = false) =>
  (headers: Fields): Record<string, unknown> => {
    const output: Record<string, unknown> = hasMetadata ? { Metadata: {} } : {};
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value !== "string") throw new NotPlain();
      const known = table[name];
      if (known !== undefined) output[known[0]] = known[1](value);
      else if (hasMetadata && name.startsWith(metadataPrefix))
        Object.assign(output.Metadata as object, { [name.slice(metadataPrefix.length)]: value });
      else if (!ofTheConnection.has(name) && !ignored.includes(name)) throw new NotPlain();
    }
    return output;
  };

const ofNoObject = ["content-length", "content-type"];

/** The hot calls by the name of the SDK's command. */
export const s3Calls: ReadonlyMap<string, ObjectCall> = new Map<string, ObjectCall>([
  [
    "GetObjectCommand",
    {
      method: "GET",
      status: 200,
      hasObject: true,
      requestOf: withoutBody,
      outputOf: fieldsOf(ofWhatIsGot, [], true),
    },
  ],
  [
    "PutObjectCommand",
    { method: "PUT", status: 200, requestOf: put, outputOf: fieldsOf(ofTheObject, ofNoObject) },
  ],
  [
    "DeleteObjectCommand",
    { method: "DELETE", status: 204, requestOf: withoutBody, outputOf: fieldsOf(ofDeletion, ofNoObject) },
  ],
]);
