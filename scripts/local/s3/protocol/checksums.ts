// S3's additional checksums: finds the one in a request, and computes them. Knows no storage.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { z } from "zod";
import { S3Error } from "./errors.ts";

export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** Over the whole object, or over the checksums of its parts. */
export const checksumTypes = ["FULL_OBJECT", "COMPOSITE"] as const;
export type ChecksumType = (typeof checksumTypes)[number];

export const checksumSchema = z.object({
  algorithm: z.enum(checksumAlgorithms),
  type: z.enum(checksumTypes),
  /** Base64, with `-N` for N parts when it is composite. */
  value: z.string(),
});

/** A checksum that S3 stores with an object or part. */
export type Checksum = z.infer<typeof checksumSchema>;

const headerPrefix = "x-amz-checksum-";
const notValues = new Set(["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"]);

/** Finds an algorithm by its name in a header or document, in upper or lower case. */
export function algorithmNamed(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find((known) => known === name.toUpperCase());
  if (algorithm === undefined)
    throw new S3Error("NotImplemented", `Checksum algorithm ${name} is not implemented.`);
  return algorithm;
}

/** A digest of bytes as they come. */
export type Digest = {
  update: (chunk: Buffer) => void;
  /** In base64. Ends the digest. */
  value: () => Promise<string>;
};

/** Starts a digest: one of the additional checksums, or the MD5 of an ETag. */
export function startDigest(algorithm: ChecksumAlgorithm | "MD5"): Digest {
  if (algorithm === "CRC32") return startCrc32();
  if (algorithm === "CRC32C" || algorithm === "CRC64NVME") {
    const hash = algorithm === "CRC32C" ? new Crc32c() : new Crc64Nvme();
    return {
      update: (chunk) => hash.update(chunk),
      value: async () => Buffer.from(await hash.digest()).toString("base64"),
    };
  }
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), value: async () => hash.digest("base64") };
}

function startCrc32(): Digest {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = crc32(chunk, crc);
    },
    value: async () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes.toString("base64");
    },
  };
}

/** The checksum over all chunks, in base64. */
export async function checksumOf(
  algorithm: ChecksumAlgorithm,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<string> {
  const digest = startDigest(algorithm);
  for await (const chunk of chunks) digest.update(chunk);
  return digest.value();
}

/** A checksum that a sender declares. */
export type Declared = { algorithm: ChecksumAlgorithm; value: string };

/** The checksum in a request's headers or trailer, not yet verified. */
export function declaredChecksum(headers: Readonly<Record<string, string>>): Declared | undefined {
  const names = Object.keys(headers).filter((name) => name.startsWith(headerPrefix) && !notValues.has(name));
  const [name] = names;
  if (names.length > 1) {
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  if (name === undefined) return undefined;
  return { algorithm: algorithmNamed(name.slice(headerPrefix.length)), value: headers[name] ?? "" };
}

/** The response headers that show a checksum. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`${headerPrefix}${checksum.algorithm.toLowerCase()}`]: checksum.value,
    "x-amz-checksum-type": checksum.type,
  };
}
