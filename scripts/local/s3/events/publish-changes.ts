// Turns a change of an object into the events its bucket asked for. Knows the configuration and the outbox.
import type { S3Call } from "../call.ts";
import type { EventName } from "../protocol/notification-rules.ts";
import { rulesFor } from "../protocol/notification-rules.ts";
import type { Bucket } from "../store/buckets.ts";
import type { Version } from "../store/versions.ts";
import { eventBridgeEvent, notification, type ObjectEvent } from "./record.ts";

/** Hex digits that grow with every change: the later of two events of one key has the greater sequencer. */
const sequencer = (change: number) => change.toString(16).toUpperCase().padStart(18, "0");

/** Stores the events of one change. Call it inside the transaction of that change. */
export function recordEvent(call: S3Call, bucket: Bucket, name: EventName, version: Version): void {
  const configuration = bucket.notification;
  if (configuration === undefined) return;
  const rules = rulesFor(configuration, name, version.key);
  if (rules.length === 0 && !configuration.eventBridge) return;
  const { region, accountId, clock, database, outbox } = call.cloud;
  const event: ObjectEvent = {
    name,
    bucket: bucket.name,
    key: version.key,
    ...(name !== "ObjectRemoved:Delete" && { etag: version.etag }),
    ...(name.startsWith("ObjectCreated:") && { size: version.size }),
    ...(bucket.versioning !== undefined && { versionId: version.versionId }),
    sequencer: sequencer(database.next("change")),
    timeMs: clock.now(),
    requestId: call.request.id,
    principalId: call.principalId,
    region,
    accountId,
  };
  for (const rule of rules) outbox.add(rule.target, notification(event, rule.id));
  if (configuration.eventBridge) {
    const bus = `arn:aws:events:${region}:${accountId}:event-bus/default`;
    outbox.add({ kind: "eventbridge", arn: bus }, eventBridgeEvent(event));
  }
}
