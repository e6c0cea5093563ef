// The local cloud in which scenes are staged.
import { pino } from "pino";
import { startCloud } from "../../local/cloud/cloud.ts";
import { localClients } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import type { Theatre } from "./stage-scene.ts";

/** Starts it on free ports. The caller closes it. */
export async function openTheatre(): Promise<Theatre & { close: () => Promise<void> }> {
  const { env, platform, arch } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const cloud = await startCloud({ port: 0, region: "eu-west-1", dynamoEndpoint: database.endpoint });
  const clients = localClients(cloud.url);
  const close = async () => {
    clients.destroy();
    await cloud.close();
    await database.close();
  };
  return { cloud, clients, close };
}
