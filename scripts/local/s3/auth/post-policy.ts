// Checks the policy of a browser's form upload: signature, expiry, conditions. Knows no storage.
// Source: S3 API reference, "POST policy" (condition matching, exempt fields, expansion of ${filename}).
import { z } from "zod";
import { S3Error } from "../protocol/errors.ts";
import type { Credentials } from "./authenticate.ts";
import { parseScope, sameSignature, signingKey, textSignature } from "./signature.ts";

/** Form fields by lower-case name; `bucket` is the bucket of the URL. */
export type FormFields = Readonly<Record<string, string>>;

const policySchema = z.object({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), z.coerce.number(), z.coerce.number()]),
      z.tuple([z.enum(["eq", "starts-with"]), z.string().startsWith("$"), z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
});

type Condition = { match: "eq" | "starts-with"; field: string; value: string };
type Policy = { expiresMs: number; fields: Condition[]; lengths: { min: number; max: number }[] };

/** Fields that are allowed without a condition. */
const exempt = new Set(["x-amz-signature", "file", "policy"]);

function invalidPolicy(why: string): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${why}`);
}

function parsePolicy(encoded: string): Policy {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(encoded, "base64").toString());
  } catch {
    throw new S3Error("InvalidPolicyDocument");
  }
  const parsed = policySchema.safeParse(content);
  if (!parsed.success) {
    const problem = parsed.error.issues[0];
    throw new S3Error(
      "InvalidPolicyDocument",
      `Invalid Policy: ${problem?.path.join(".")}: ${problem?.message}`,
    );
  }
  const policy: Policy = { expiresMs: Date.parse(parsed.data.expiration), fields: [], lengths: [] };
  for (const condition of parsed.data.conditions) {
    if (!Array.isArray(condition)) {
      for (const [field, value] of Object.entries(condition)) {
        policy.fields.push({ match: "eq", field: field.toLowerCase(), value });
      }
    } else if (condition[0] === "content-length-range") {
      policy.lengths.push({ min: condition[1], max: condition[2] });
    } else {
      const [match, field, value] = condition;
      policy.fields.push({ match, field: field.slice(1).toLowerCase(), value });
    }
  }
  return policy;
}

/** A `starts-with` on the content type must hold for every type in a comma-separated list. */
function holds({ match, field, value }: Condition, actual: string): boolean {
  if (match === "eq") return actual === value;
  const values = field === "content-type" ? actual.split(",").map((part) => part.trim()) : [actual];
  return values.every((part) => part.startsWith(value));
}

function requireConditions(policy: Policy, fields: FormFields): void {
  for (const condition of policy.fields) {
    if (!holds(condition, fields[condition.field] ?? "")) {
      const { match, field, value } = condition;
      throw invalidPolicy(`Policy Condition failed: ${JSON.stringify([match, `$${field}`, value])}`);
    }
  }
  const named = new Set(policy.fields.map((condition) => condition.field));
  const extra = Object.keys(fields).filter(
    (name) => name !== "bucket" && !named.has(name) && !exempt.has(name) && !name.startsWith("x-ignore-"),
  );
  if (extra.length > 0) throw invalidPolicy(`Extra input fields: ${extra.join(", ")}`);
}

/** The same bytes. Fails as soon as there are too many, or at the end when there are too few. */
async function* withinLengths({ lengths }: Policy, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const max = Math.min(...lengths.map((length) => length.max));
  const min = Math.max(...lengths.map((length) => length.min));
  let bytes = 0;
  const refuse = (code: "EntityTooLarge" | "EntityTooSmall") =>
    new S3Error(code, undefined, {
      details: { ProposedSize: String(bytes), MinSizeAllowed: String(min), MaxSizeAllowed: String(max) },
    });
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > max) throw refuse("EntityTooLarge");
    yield chunk;
  }
  if (bytes < min) throw refuse("EntityTooSmall");
}

function requireField(fields: FormFields, name: string): string {
  const value = fields[name];
  if (value !== undefined && value !== "") return value;
  throw new S3Error("InvalidArgument", `Bucket POST must contain a field named '${name}'.`, {
    details: { ArgumentName: name },
  });
}

/** What the signer of a policy allows. */
export type AllowedForm = {
  /** The signer's access key id. */
  principalId: string;
  /** The file's bytes, as long as they keep within the policy. @throws S3Error EntityTooLarge, EntityTooSmall */
  within: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;
};

/**
 * Checks that the signer of the policy allowed this upload.
 * @throws S3Error AccessDenied (no policy, expired, condition failed, extra field), SignatureDoesNotMatch,
 *   InvalidAccessKeyId, InvalidPolicyDocument
 */
export function requirePolicy(fields: FormFields, credentials: Credentials, nowMs: number): AllowedForm {
  const encoded = fields.policy;
  if (encoded === undefined) throw new S3Error("AccessDenied");
  if (requireField(fields, "x-amz-algorithm") !== "AWS4-HMAC-SHA256") {
    throw new S3Error("InvalidArgument", "x-amz-algorithm must be AWS4-HMAC-SHA256");
  }
  const scope = parseScope(requireField(fields, "x-amz-credential"));
  if (scope === undefined) throw new S3Error("AuthorizationHeaderMalformed");
  const secret = credentials(scope.accessKeyId);
  if (secret === undefined) throw new S3Error("InvalidAccessKeyId");
  const key = signingKey(scope, secret, requireField(fields, "x-amz-date"));
  if (!sameSignature(textSignature(encoded, key), requireField(fields, "x-amz-signature"))) {
    throw new S3Error("SignatureDoesNotMatch");
  }
  const policy = parsePolicy(encoded);
  if (nowMs > policy.expiresMs) throw invalidPolicy("Policy expired.");
  requireConditions(policy, fields);
  return { principalId: scope.accessKeyId, within: (chunks) => withinLengths(policy, chunks) };
}
