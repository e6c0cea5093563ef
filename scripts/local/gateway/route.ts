// Decides from the request alone which service it is for.
import type { LocalService, ServiceRequest } from "./service.ts";

const scopePattern = /Credential=([^/\s,]+)\/\d{8}\/[^/\s,]+\/([a-z0-9-]+)\/aws4_request/;

type Signed = Pick<ServiceRequest, "headers" | "query">;

function scopeOf(request: Signed): RegExpExecArray | null {
  const text = request.headers.authorization ?? `Credential=${request.query.get("X-Amz-Credential") ?? ""}`;
  return scopePattern.exec(text);
}

/** The access key id in a request, whether or not the signature is right. */
export function accessKeyIdOf(request: Signed): string | undefined {
  return scopeOf(request)?.[1];
}

/** The service of an AWS Signature Version 4 credential scope, from the header or from a presigned query. */
export function scopeServiceOf(request: Signed): string | undefined {
  return scopeOf(request)?.[2];
}

/**
 * The service of a request: by its path, else by `x-amz-target`, else by credential scope, else S3, the only service that
 * accepts requests without credentials (presigned POST, a browser's GET). `undefined` when there is no such service here.
 */
export function serviceFor(
  services: readonly LocalService[],
  request: Pick<ServiceRequest, "headers" | "query" | "path">,
): LocalService | undefined {
  const byPath = services.find(({ pathPrefix }) => pathPrefix && request.path.startsWith(pathPrefix));
  if (byPath !== undefined) return byPath;
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const owner = services.find((service) =>
      service.targetPrefixes?.some((prefix) => target.startsWith(prefix)),
    );
    if (owner !== undefined) return owner;
  }
  const name = scopeServiceOf(request) ?? (target === undefined ? "s3" : undefined);
  return services.find((service) => service.name === name);
}
