// Classifies what a call to a service threw. Pure; the codes are in worker/fleet/service-errors.ts.
import { FleetError } from "../../fleet/errors.ts";
import {
  cancellationCodes,
  commonCodes,
  type ErrorClass,
  networkCodes,
  type Service,
  serviceCodes,
} from "../../fleet/service-errors.ts";
import { CloudTrouble } from "./cloud-trouble.ts";

const classes = ["put off", "failure", "verdict"] as const;

function readable(codes: Readonly<Partial<Record<ErrorClass, string>>>): ReadonlyMap<string, ErrorClass> {
  return new Map(classes.flatMap((name) => wordsOf(codes[name]).map((code) => [code, name] as const)));
}

const wordsOf = (list: string | undefined): string[] => list?.split(" ") ?? [];

const common = readable(commonCodes);
const cancellations = readable(cancellationCodes);
const network = new Set(wordsOf(networkCodes));
const byService = new Map(Object.entries(serviceCodes).map(([name, codes]) => [name, readable(codes)]));
const anywhere = merged([...byService.values()]);

/** All services' codes; one that means different things is put off. */
function merged(maps: readonly ReadonlyMap<string, ErrorClass>[]): ReadonlyMap<string, ErrorClass> {
  const all = new Map<string, ErrorClass>();
  for (const [code, own] of maps.flatMap((codes) => [...codes]))
    all.set(code, (all.get(code) ?? own) === own ? own : "put off");
  return all;
}

/**
 * The class of an error code.
 * @param service who answered; undefined when unknown
 */
export function classOfCode(service: Service | undefined, code: string): ErrorClass {
  const own = service === undefined ? anywhere.get(code) : byService.get(service)?.get(code);
  return own ?? common.get(code) ?? "put off";
}

/**
 * The class of an error; undefined when no call to a service threw it. Looks through errors of this project for the answer
 * that caused them.
 */
export function classOf(error: unknown, service?: Service): ErrorClass | undefined {
  if (error instanceof CloudTrouble) return "put off";
  if (!(error instanceof Error)) return undefined;
  if (cameFromCall(error)) return classOfAnswer(error, service);
  if (hasNetworkCode(error)) return "put off";
  if (error instanceof FleetError && error.cause instanceof Error && cameFromCall(error.cause))
    return classOfAnswer(error.cause, service);
  return undefined;
}

/** True when the cloud is to blame and not the job: the job is to be put off. */
export const isCloudTrouble = (error: unknown, service?: Service): boolean =>
  classOf(error, service) === "put off";

/** True for a failed connection or DNS look-up. */
const hasNetworkCode = (error: Error): boolean => "code" in error && network.has(String(error.code));

/** The code people look for: that of a system error, else the error's name. */
export function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** The SDK adds `$metadata` to everything that a request ended with, but not to a request it could not build. */
const cameFromCall = (error: Error): boolean =>
  "$metadata" in error || error.name === "CredentialsProviderError" || error.name === "TokenProviderError";

function classOfAnswer(error: Error, service: Service | undefined): ErrorClass {
  if (hasNetworkCode(error)) return "put off";
  if (error.name === "TransactionCanceledException") return classOfCancellation(error);
  return classOfCode(service, error.name);
}

/** One reason that will not pass decides; without any the transaction may be sent again. */
function classOfCancellation(error: Error): ErrorClass {
  const reasons = "CancellationReasons" in error ? error.CancellationReasons : undefined;
  const codes = Array.isArray(reasons) ? reasons.map((reason) => String(reason?.Code ?? "None")) : [];
  const found = new Set(codes.map((code) => cancellations.get(code) ?? "put off"));
  return found.has("failure") ? "failure" : found.has("verdict") ? "verdict" : "put off";
}
