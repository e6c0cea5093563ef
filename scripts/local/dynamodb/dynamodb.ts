// Finds, starts, keeps running and stops DynamoDB for local mode. Knows no table and no key.
import type { Logger } from "pino";
import { type DynamoDbSearch, findDynamoDb } from "./binary.ts";
import { answers, DynamoDbDidNotStart, KeptProgram } from "./kept-program.ts";

/** Settings of the local DynamoDB. */
export type DynamoDbOptions = DynamoDbSearch & {
  /** Folder that keeps state across restarts. Without it a temporary file is used and removed at the end. */
  dataDir?: string | undefined;
  log: Logger;
};

/** A DynamoDB that answers. `processId` is undefined when another program runs the endpoint. */
export type LocalDynamoDb = {
  endpoint: string;
  processId: () => number | undefined;
  close: () => Promise<void>;
};

/**
 * Starts DynamoDB and waits until it answers, or checks the endpoint that already runs.
 * @throws NoDynamoDb when there is none on this machine; DynamoDbDidNotStart when it does not serve
 */
export async function startDynamoDb(options: DynamoDbOptions): Promise<LocalDynamoDb> {
  const source = findDynamoDb(options);
  if (source.kind === "program") {
    const program = new KeptProgram(source.path, options);
    await program.start();
    return program;
  }
  if (!(await answers(source.url))) {
    throw new DynamoDbDidNotStart(`AWS_ENDPOINT_URL_DYNAMODB is ${source.url}, which does not answer`);
  }
  return { endpoint: source.url, processId: () => undefined, close: async () => undefined };
}
