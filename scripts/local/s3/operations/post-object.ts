// PostObject: a browser's form upload under a signed policy (presigned POST).
import type { ServiceRequest, ServiceResponse } from "../../gateway/service.ts";
import { leaf } from "../../protocols/xml.ts";
import type { Credentials } from "../auth/authenticate.ts";
import { requirePolicy } from "../auth/post-policy.ts";
import { requireBucket, type S3Cloud, xmlResponse } from "../call.ts";
import { S3Error } from "../protocol/errors.ts";
import { type OpenForm, readForm } from "../protocol/form.ts";
import { writtenHeaders } from "./object-headers.ts";
import { writeObject } from "./write-object.ts";

/** The form's fields with `${filename}` replaced by the file's name. Conditions apply to the expanded values. */
function expandedFields(form: OpenForm, bucket: string): Record<string, string> {
  const filename = form.file.name.split(/[\\/]/).at(-1) ?? "";
  const expanded = Object.entries(form.fields).map(([name, value]) => [
    name,
    name === "policy" ? value : value.replaceAll(filenameVariable, filename),
  ]);
  return { ...Object.fromEntries(expanded), bucket };
}

const filenameVariable = ["$", "{filename}"].join("");

function answer(
  fields: Readonly<Record<string, string>>,
  location: string,
  headers: Record<string, string>,
  bucket: string,
): ServiceResponse {
  const { key = "", success_action_status: status, success_action_redirect: redirect } = fields;
  const etag = headers.etag ?? "";
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    target.searchParams.set("bucket", bucket);
    target.searchParams.set("key", key);
    target.searchParams.set("etag", etag);
    return { status: 303, headers: { ...headers, location: target.href } };
  }
  const all = { ...headers, location };
  if (status !== "201") return { status: status === "200" ? 200 : 204, headers: all };
  const elements = [leaf("Location", location), leaf("Bucket", bucket), leaf("Key", key), leaf("ETag", etag)];
  return { ...xmlResponse("PostResponse", elements, all), status: 201 };
}

/** PostObject, on behalf of the policy's signer. */
export async function postObject(
  cloud: S3Cloud,
  request: ServiceRequest,
  bucketName: string,
  credentials: Credentials,
): Promise<ServiceResponse> {
  if (!request.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data")) {
    throw new S3Error("AccessDenied");
  }
  requireBucket({ cloud, bucket: bucketName });
  return readForm(request, (form) => storeForm({ cloud, request, bucketName, credentials }, form));
}

type Posted = { cloud: S3Cloud; request: ServiceRequest; bucketName: string; credentials: Credentials };

/** Stores the file of a form, as it comes. */
async function storeForm(
  { cloud, request, bucketName, credentials }: Posted,
  form: OpenForm,
): Promise<ServiceResponse> {
  const fields = expandedFields(form, bucketName);
  const { principalId, within } = requirePolicy(fields, credentials, cloud.clock.now());
  const { key = "" } = fields;
  if (key === "") throw new S3Error("InvalidArgument", "User key must have a length greater than 0.");
  if (Buffer.byteLength(key) > 1024) throw new S3Error("KeyTooLongError");
  const { acl, tagging, ...headers } = fields;
  if (tagging !== undefined)
    throw new S3Error("NotImplemented", "The form field tagging is not implemented.");
  const { bucket, version } = await writeObject(
    {
      cloud,
      request,
      bucket: bucketName,
      key,
      query: request.query,
      headers: { ...headers, ...(acl !== undefined && { "x-amz-acl": acl }) },
      principalId,
    },
    { chunks: within(form.file.chunks), headers: checksumFields(fields) },
    "ObjectCreated:Post",
  );
  const location = `http://${request.headers.host ?? "s3.localhost"}/${bucketName}/${encodeURIComponent(key)}`;
  const summary = { bucket: bucketName, key, bytes: version.size, versionId: version.versionId };
  return { ...answer(fields, location, writtenHeaders(bucket, version), bucketName), summary };
}

/** The fields that declare something of the file's bytes. */
const checksumFields = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith("x-amz-checksum-")));
