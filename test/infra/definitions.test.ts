// The data shared by local mode, provisioning and the stacks is consistent.
import { expect, test } from "vitest";
import { type EventSource, eventSources } from "../../triggers/catalog/event-sources.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { bucketShapes } from "../../worker/fleet/buckets.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { tableShapes } from "../../worker/fleet/tables.ts";
import { topicNames, topicShapes } from "../../worker/fleet/topics.ts";
import { catalog } from "../../worker/jobs/catalog.ts";

const sources = Object.values<EventSource>(eventSources);

test("exactly the tables whose streams a trigger reads have a stream", () => {
  const read = sources.flatMap((source) => (source.from === "streams" ? source.tables : []));
  const streamed = Object.entries(tableShapes).flatMap(([name, { stream }]) => (stream ? [name] : []));
  expect([...new Set(read)].sort()).toEqual(streamed.sort());
});

test("S3 publishes to standard topics to which nothing else publishes", () => {
  for (const { announces } of Object.values(bucketShapes))
    if (announces) expect(topicShapes[announces.topic]).toEqual({ kind: "standard", publishedBy: "s3" });
});

test("triggers are subscribed to standard topics, queues to FIFO topics", () => {
  for (const source of sources)
    if (source.from === "topic") expect(topicShapes[source.topic].kind).toBe("standard");
  for (const { subscription } of Object.values<Pick<JobDefinition, "subscription">>(catalog))
    if (subscription) expect(topicShapes[subscription.topic].kind).toBe("fifo");
});

test("exactly the FIFO topics have names of FIFO topics", () => {
  const { topics } = resourceNames("fleet");
  for (const topic of topicNames)
    expect(topics[topic].endsWith(".fifo")).toBe(topicShapes[topic].kind === "fifo");
});
