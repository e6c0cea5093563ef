// The command behind `npm run failed-records`: lists the failure queue's records with their reasons; with --replay hands
// those that can be taken to the trigger's own code again.
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Command, CommanderError } from "commander";
import { createRelay } from "../../../triggers/outbox/relay.ts";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { recordChanged } from "../../../triggers/record-changed/handle-records.ts";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../../worker/engine/receive/queue-urls.ts";
import { FleetError, InvalidSettings } from "../../../worker/fleet/errors.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { choosePlace, type Place } from "../../submit/target.ts";
import { type Clients, type FailedRecord, takeFailedRecords } from "./failed-records.ts";

type Options = { aws: boolean; json: boolean; replay: boolean };

/** Runs the command; resolves to the exit code: 0, 1 failed or records that cannot be taken, 2 bad arguments or settings. */
export async function runFailedRecords(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const options = readArguments(args);
    const place = choosePlace(env, options);
    const clients = clientsOf(place);
    try {
      return await run(options, place, clients);
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error instanceof FleetError ? `failed-records: ${error.message}` : error);
    return error instanceof InvalidSettings ? 2 : 1;
  }
}

function readArguments(args: string[]): Options {
  return new Command("failed-records")
    .description("Lists the stream records that record-changed could not take, with the reason of each.")
    .option("--replay", "hand those that can be taken now to the trigger again, and forget them", false)
    .option("--aws", "the fleet on AWS instead of the local one", false)
    .option("--json", "print one JSON line per record", false)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<Options>();
}

function clientsOf({ settingsFor }: Place): Clients & { dynamo: DynamoDBClient } {
  return {
    sqs: new SQSClient({ ...settingsFor("SQS"), useQueueUrlAsEndpoint: false }),
    streams: new DynamoDBStreamsClient(settingsFor("DYNAMODB_STREAMS")),
    dynamo: new DynamoDBClient(settingsFor("DYNAMODB")),
  };
}

async function run(
  { json, replay }: Options,
  place: Place,
  clients: ReturnType<typeof clientsOf>,
): Promise<number> {
  const again = replay ? await replayer(place, clients) : undefined;
  const found = await takeFailedRecords(clients, place.names, again);
  for (const record of found) console.log(json ? JSON.stringify({ v: 1, ...record }) : lineOf(record));
  if (found.length === 0 && !json) console.log("no failed records");
  return found.some(({ state }) => state === "unreadable" || state === "gone") ? 1 : 0;
}

/** The trigger's handler, with clients of this command. */
async function replayer({ names }: Place, { sqs, dynamo }: ReturnType<typeof clientsOf>) {
  const urls = await findQueues(sqs, names.fleet, Object.keys(catalog));
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: randomUUID });
  const db = DynamoDBDocumentClient.from(dynamo);
  const relay = createRelay({ jobs: catalog, enqueue, db, table: names.tables.outbox, now: Date.now });
  return recordChanged({ tables: names.tables, criteria, enqueue, relay, log: () => {} });
}

function lineOf({ table, event, keys, condition, state, reason }: FailedRecord): string {
  const what = `${state.padEnd(10)} ${table} ${event} ${JSON.stringify(keys)} (${condition})`;
  return reason === null ? what : `${what}\n           ${reason}`;
}
