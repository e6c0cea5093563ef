// A process that owns a DynamoDB, to be killed by a test; prints where the database is, then waits.
import { pino } from "pino";
import { startDynamoDb } from "../../scripts/local/dynamodb/dynamodb.ts";

const { platform, arch, env } = process;
const database = await startDynamoDb({
  environment: env,
  platform,
  arch,
  log: pino({ level: "silent" }),
});
console.log(JSON.stringify({ endpoint: database.endpoint, processId: database.processId() }));
