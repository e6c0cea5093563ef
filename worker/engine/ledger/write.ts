// Writes actions all or nothing. One action alone is a plain write: it costs half the write units of a transaction.
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Effect } from "../job/effect.ts";

/** Why nothing was written. */
export type Refusal = {
  /** True when only another writer was in the way: the same write may succeed later. */
  conflict: boolean;
  /** Indices of the actions whose conditions do not hold. */
  refused: readonly number[];
  cause: Error;
};

/** Cancellation reasons that go away by themselves. */
const passingReasons = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/** Writes the actions; resolves to why they were refused. @throws every other error: they may have been written */
export async function writeActions(
  db: DynamoDBDocumentClient,
  actions: readonly Effect[],
): Promise<Refusal | undefined> {
  const [only] = actions;
  try {
    if (actions.length === 1 && only?.Put !== undefined) await db.send(new PutCommand(only.Put));
    else if (actions.length === 1 && only?.Update !== undefined)
      await db.send(new UpdateCommand({ ...only.Update }));
    else await db.send(new TransactWriteCommand({ TransactItems: [...actions] }));
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof ConditionalCheckFailedException)
    return { conflict: false, refused: [0], cause: error };
  if (error instanceof TransactionConflictException) return { conflict: true, refused: [], cause: error };
  if (!(error instanceof TransactionCanceledException)) throw error;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
  const refused = codes.flatMap((code, index) => (code === "ConditionalCheckFailed" ? [index] : []));
  const passing = codes.filter((code) => passingReasons.has(code)).length;
  const others = codes.filter((code) => code !== "None").length - passing;
  return { conflict: passing > 0 && others === 0, refused, cause: error };
}
