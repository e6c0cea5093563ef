// A synthesised fleet with mail, and what its policies let each caller do: the worker and every trigger by its role.
import { type RoleRights, readRights, roleOf } from "../../scripts/lab/cloud-check/assembly/rights.ts";
import { eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { ruling, synthesised, thought } from "./guarded-cloud.ts";

export const fleet = "fifo-fleet";
export const bucketSuffix = `-${thought.account}-${thought.region}`;
export const names = resourceNames(fleet, bucketSuffix);
export const triggers = Object.keys(eventSources) as TriggerName[];
export const assembly = synthesised({ mailAddress: "submissions@magazine.example" });
export const rights = readRights(assembly);

const roleFor = (caller: string): RoleRights => {
  const role = roleOf(assembly, rights, caller === "worker" ? "instances" : `${fleet}-${caller}`);
  if (role === undefined) throw new Error(`no role for ${caller}`);
  return role;
};

/** The roles by caller: the triggers' names, and `worker`. */
export const roles = new Map([...triggers, "worker"].map((caller) => [caller, roleFor(caller)]));

export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${thought.region}:${thought.account}:${resource}`;
export const table = (name: keyof typeof names.tables) => arn("dynamodb", `table/${names.tables[name]}`);
export const object = (bucket: keyof typeof names.buckets, key = "k") =>
  `arn:aws:s3:::${names.buckets[bucket]}/${key}`;

/** Whether a caller may do something, over TLS unless the context says otherwise. */
export const allows = (caller: string, action: string, resource: string, context = {}) =>
  ruling(rights, roleFor(caller), {
    action,
    resource,
    resourceAccount: thought.account,
    context: { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...context },
  }).allowed;
