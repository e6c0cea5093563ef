// Reads bucket and key from a request, in path style or virtual-host style. Knows no operation.
import type { ServiceRequest } from "../../gateway/service.ts";
import { S3Error } from "./errors.ts";

/** Empty strings when the request names no bucket or no key. */
export type Address = { bucket: string; key: string };

/** The rest of a virtual host after the bucket: `bucket.s3.REGION.amazonaws.com`, `bucket.s3.localhost`, `bucket.127.0.0.1`. */
const virtualHost = /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com|(?:s3\.)?(?:localhost|127\.0\.0\.1))$/;
/** Hosts of the service itself, which would otherwise look like a bucket called `s3`. */
const serviceHost = /^s3(?:[.-][a-z0-9-]+)*\.(?:amazonaws\.com|localhost|127\.0\.0\.1)$/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI");
  }
}

/**
 * The bucket and key of a request.
 * @throws S3Error InvalidURI for broken percent-encoding, KeyTooLongError above 1024 bytes
 */
export function addressOf({ path, headers }: Pick<ServiceRequest, "path" | "headers">): Address {
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const fromHost = serviceHost.test(host) ? undefined : virtualHost.exec(host)?.[1];
  const rest = path.replace(/^\//, "");
  const slash = rest.indexOf("/");
  const bucket = fromHost ?? decode(slash < 0 ? rest : rest.slice(0, slash));
  const key = decode(fromHost !== undefined ? rest : slash < 0 ? "" : rest.slice(slash + 1));
  if (Buffer.byteLength(key) > 1024) throw new S3Error("KeyTooLongError");
  return { bucket, key };
}
