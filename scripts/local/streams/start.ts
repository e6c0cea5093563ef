// Starts the poller for every trigger that reads table streams.
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import {
  type EventSource,
  eventSources,
  type StreamSource,
} from "../../../triggers/catalog/event-sources.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { failedRecordsQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { LocalClients } from "../cloud/identity.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { type StreamPoller, type StreamPollerOptions, startStreamPoller } from "./poller.ts";

export type StartStreamsOptions = {
  clients: Pick<LocalClients, "dynamo" | "streams" | "sqs">;
  names: ResourceNames;
  /** The ARN of a trigger. */
  functionArn: (trigger: string) => string;
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  /** Folder that keeps how far the streams were read. Without it they are read from the beginning. */
  dataDir?: string | undefined;
  log: Logger;
  pauseMs?: StreamPollerOptions["pauseMs"];
};

/** Starts a poller for each trigger whose source is streams. */
export async function startStreams(options: StartStreamsOptions): Promise<StreamPoller> {
  const checkpoints = openCheckpoints(options.dataDir);
  const sources = Object.entries<EventSource>(eventSources);
  const pollers = await Promise.all(
    sources.flatMap(([trigger, source]) =>
      source.from === "streams" ? [startFor(options, trigger, source, checkpoints)] : [],
    ),
  );
  return { close: async () => void (await Promise.all(pollers.map(({ close }) => close()))) };
}

async function startFor(
  { clients, names, functionArn, invoke, log, pauseMs }: StartStreamsOptions,
  trigger: string,
  source: StreamSource,
  checkpoints: ReturnType<typeof openCheckpoints>,
): Promise<StreamPoller> {
  const QueueName = failedRecordsQueueName(names.fleet, trigger);
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
  const streamArns = await Promise.all(
    source.tables.map((table) => streamArnOf(clients, names.tables[table])),
  );
  return startStreamPoller({
    client: clients.streams,
    streamArns,
    source,
    functionArn: functionArn(trigger),
    invoke,
    sendFailure: (message) =>
      clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) })),
    checkpoints,
    clock: systemClock,
    log,
    ...(pauseMs && { pauseMs }),
  });
}

/** A table has no stream. */
class NoStream extends FleetError {}

async function streamArnOf(
  { dynamo }: Pick<StartStreamsOptions["clients"], "dynamo">,
  table: string,
): Promise<string> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
  if (Table?.LatestStreamArn === undefined) throw new NoStream(`table ${table} has no stream`);
  return Table.LatestStreamArn;
}
