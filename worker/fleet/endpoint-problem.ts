// Why calls to an AWS endpoint fail before they do anything: nothing answers, or the caller is refused. Knows no service.
import { FleetError } from "./errors.ts";

/** An endpoint that cannot be used. The message is one line for the person who started the command. */
export class EndpointUnusable extends FleetError {}

const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
  "TimeoutError",
]);

/** The names services give to a caller they do not know or do not trust. */
const refused = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** The code of a system error, else the error's name. */
export function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** True where no answer came. */
export function isUnreachable(error: Error): boolean {
  return unreachable.has(codeOf(error));
}

/**
 * Says why an endpoint cannot be used; undefined for every other error.
 * @param where the endpoint's URL, or `AWS`
 */
export function endpointProblem(error: unknown, where: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isUnreachable(error))
    return where === "AWS"
      ? `AWS does not answer (${codeOf(error)})`
      : `nothing answers at ${where} (${codeOf(error)})`;
  if (error.name === "CredentialsProviderError")
    return "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
  if (refused.has(error.name))
    return `${where} refuses these credentials: ${error.name} (a local system takes any key id with the secret "local")`;
  if (/^AccessDenied/.test(error.name)) return `${where} refuses a call: ${error.name}: ${error.message}`;
  return undefined;
}

/**
 * Runs the first calls to an endpoint.
 * @throws EndpointUnusable for a problem with the endpoint; every other error unchanged
 */
export async function reaching<Result>(where: string, calls: () => Promise<Result>): Promise<Result> {
  try {
    return await calls();
  } catch (error) {
    const problem = endpointProblem(error, where);
    throw problem === undefined ? error : new EndpointUnusable(problem, { cause: error });
  }
}
