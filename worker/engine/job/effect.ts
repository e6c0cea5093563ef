// Effects: what a job changes in the fleet's tables. Handlers describe them, the ledger commits them.
import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";

/** One action of the transaction that commits a job; at most 98 a job (DynamoDB allows 100, the ledger takes one). */
export type Effect = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/**
 * Effects computed from what the tables contain at the moment of the commit. When one of their conditions fails because
 * another writer was faster, the function is called again: it reads anew and returns effects for the new state, or throws
 * if the job has to run again.
 * @param refused index of the effect that was refused last time; undefined on the first call
 */
export type ComputedEffects = (refused?: number) => Promise<readonly Effect[]>;
