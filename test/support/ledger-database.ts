// A real DynamoDB behind the gateway, so that answers can be lost or replaced, with a ledger client at its end.

import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { pino } from "pino";
import { startDynamoDb } from "../../scripts/local/dynamodb/dynamodb.ts";
import { type Gateway, startGateway } from "../../scripts/local/gateway/gateway.ts";
import { proxyService } from "../../scripts/local/gateway/proxy.ts";
import type { LocalService, ServiceResponse } from "../../scripts/local/gateway/service.ts";
import { createTables } from "../../scripts/provision/tables.ts";
import type { Effect } from "../../worker/engine/job/handler.ts";
import { createLedger } from "../../worker/engine/ledger/dynamodb-ledger.ts";
import type { JobRow } from "../../worker/engine/ledger/job-row.ts";
import type { Claim, ClaimRequest, Ledger } from "../../worker/engine/ledger/ledger.ts";
import type { Clock } from "../../worker/fleet/clock.ts";
import { leanDynamoDb } from "../../worker/process/lean/lean-calls.ts";

/** The database, and ways to read and disturb it. */
export type LedgerDatabase = {
  gateway: Gateway;
  jobs: string;
  books: string;
  ledger: (owner?: string) => Ledger;
  /** Claims a job, a new one by default; throws when it cannot be claimed. */
  claimed: (job?: ClaimRequest, owner?: string) => Promise<Claim>;
  /** An effect that adds one to a book's `times`. */
  counting: (id: string) => Effect;
  /** An effect that changes nothing and is refused unless the book exists. */
  onlyIfThere: (id: string) => Effect;
  /** How often a book was counted. */
  times: (id: string) => Promise<unknown>;
  /** Makes a new SDK client: after many faults a client has used up its budget of retries. */
  renewClient: () => void;
  row: (jobId: string) => Promise<JobRow | undefined>;
  /** An item of the books' table. */
  book: (id: string) => Promise<Record<string, unknown> | undefined>;
  putBook: (id: string) => Promise<void>;
  /** Answers the next calls of an action with these instead of asking the database. */
  answerNext: (action: string, ...answers: ServiceResponse[]) => void;
  close: () => Promise<void>;
};

/** A request to claim a new job. */
export function newJob(overrides: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    jobId: `fixture-work/${crypto.randomUUID()}`,
    kind: "fixture-work",
    group: "g",
    traceId: "t",
    enqueuedAt: new Date(0).toISOString(),
    redrives: 0,
    ...overrides,
  };
}

/** Starts it; `wrap` may intercept its calls. */
export async function startLedgerDatabase(
  clock: Clock,
  wrap: (service: LocalService) => LocalService = (service) => service,
): Promise<LedgerDatabase> {
  const { env, platform, arch } = process;
  const log = pino({ level: "silent" });
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const answers = new Map<string, ServiceResponse[]>();
  const proxy = proxyService("dynamodb", database.endpoint, ["DynamoDB_20120810."]);
  const wrapped = wrap(proxy);
  const service: LocalService = {
    ...proxy,
    handle: async (request) => answers.get(proxy.actionOf(request))?.shift() ?? wrapped.handle(request),
  };
  const gateway = await startGateway({ port: 0, services: [service] });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const settings = { endpoint: gateway.url, region: "eu-west-1", credentials, maxAttempts: 5 };
  // A worker's own client, so that the ledger is tested with the calls it makes.
  const connect = () => leanDynamoDb({ ...settings, requestHandler: new NodeHttpHandler() });
  let dynamo = connect();
  let db = DynamoDBDocumentClient.from(dynamo);
  const [jobs, books] = ["jobs", "books"];
  await createTables(dynamo, [
    { name: jobs, key: { partition: "jobId" } },
    { name: books, key: { partition: "id" } },
  ]);
  const item = async (TableName: string, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const ledger = (owner = "w") => createLedger({ db, table: jobs, owner, clock });
  return {
    gateway,
    jobs,
    books,
    ledger,
    claimed: async (job = newJob(), owner) => {
      const found = await ledger(owner).claim(job);
      if (found.state !== "claimed") throw new Error(`found ${found.state}`);
      return found.claim;
    },
    ...booksEffects(books),
    times: async (id) => (await item(books, { id }))?.times,
    renewClient: () => {
      dynamo.destroy();
      dynamo = connect();
      db = DynamoDBDocumentClient.from(dynamo);
    },
    row: async (jobId) => (await item(jobs, { jobId })) as JobRow | undefined,
    book: (id) => item(books, { id }),
    putBook: async (id) => void (await db.send(new PutCommand({ TableName: books, Item: { id } }))),
    answerNext: (action, ...next) => void answers.set(action, next),
    close: async () => {
      dynamo.destroy();
      await gateway.close();
      await database.close();
    },
  };
}

function booksEffects(TableName: string): Pick<LedgerDatabase, "counting" | "onlyIfThere"> {
  return {
    counting: (id) => ({
      Update: {
        TableName,
        Key: { id },
        UpdateExpression: "ADD times :one",
        ExpressionAttributeValues: { ":one": 1 },
      },
    }),
    onlyIfThere: (id) => ({
      ConditionCheck: { TableName, Key: { id }, ConditionExpression: "attribute_exists(id)" },
    }),
  };
}
