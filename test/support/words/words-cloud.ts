// A local cloud with a fleet's tables and buckets. Tests count words in it the way the worker does.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { byWord } from "../../../scripts/lab/words-run/reference.ts";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import type { Handler, JobContext } from "../../../worker/engine/job/handler.ts";
import { readWordRow } from "../../../worker/jobs/words/word-row.ts";
import type { WordsSaid } from "../../../worker/jobs/words/words-said.ts";
import { clientSettings } from "../cloud.ts";
import { noSandbox } from "../no-sandbox.ts";
import { startProvisioned } from "../provisioned.ts";
import { runJob } from "../run-job.ts";

export type WordsCloud = Awaited<ReturnType<typeof startWordsCloud>>;

/** Starts the cloud. Every fleet in it has its own tables. */
export async function startWordsCloud() {
  const provisioned = await startProvisioned();
  const { cloud } = provisioned;
  let fleets = 0;

  /** Creates a new fleet. */
  const newFleet = async () => {
    fleets += 1;
    const names = await provisioned.provision(`words-${fleets}`);
    /** Clients of one worker, without retries, so that a lost call stays lost. */
    const worker = (maxAttempts = 1) => {
      const settings = { ...clientSettings(cloud), maxAttempts };
      const dynamo = new DynamoDBClient(settings);
      const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
      const s3 = new S3Client({ ...settings, forcePathStyle: true });
      return { names, db, s3, sandbox: noSandbox };
    };
    return { names, worker, counts: () => countsOf(provisioned.db, names.tables.words) };
  };

  return { cloud, newFleet, close: provisioned.close };
}

/** Delivers a message to a worker once. */
export function deliver(
  worker: Pick<JobContext, "names" | "s3" | "db" | "sandbox">,
  job: JobDefinition<string, WordsSaid>,
  handler: Handler<WordsSaid>,
  said: WordsSaid,
  stop?: AbortSignal,
) {
  return runJob(worker, job, handler, said, undefined, stop);
}

/** The whole words table, sorted by word. */
export async function countsOf(db: DynamoDBDocumentClient, TableName: string): Promise<[string, number][]> {
  const found: [string, number][] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const scan = new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey });
    const page = await db.send(scan);
    for (const item of page.Items ?? []) {
      const { word, count } = readWordRow(item);
      found.push([word, count]);
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return found.sort(byWord);
}

/** Somebody says something in a channel. */
export function say(text: string, message: string, channel = "C1"): WordsSaid {
  return { team: "T1", channel, message, text };
}
