// Commits actions as one transaction: all of them happen or none. Others' transactions on the same rows are waited out.
import { setTimeout as pause } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** One action of a transaction. */
export type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Nothing was written, because what some actions expect does not hold. */
export class NotCommitted extends FleetError {
  override name = "NotCommitted";
  /** Positions of these actions. */
  readonly refused: readonly number[];

  constructor(refused: readonly number[], cause: unknown) {
    super("what an action expects does not hold", { cause });
    this.refused = refused;
  }
}

/** Transactions on one row exclude each other (TransactionConflict). Forty people may open one link at the same moment. */
const maxTries = 12;
const waitMs = (tries: number) => Math.random() * Math.min(500, 10 * 2 ** tries);

/**
 * Commits the actions, at most 100 and none twice on one row.
 * @throws NotCommitted
 */
export async function commit(db: DynamoDBDocumentClient, actions: readonly Action[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await db.send(new TransactWriteCommand({ TransactItems: [...actions] }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
      const refused = codes.flatMap((code, index) => (code === "ConditionalCheckFailed" ? [index] : []));
      if (refused.length > 0) throw new NotCommitted(refused, error);
      if (tries === maxTries || !codes.every(passes)) throw error;
      await pause(waitMs(tries));
    }
  }
}

/** Updates one row and answers it, when asked to. Transactions on the row are waited out. */
export async function update(
  db: DynamoDBDocumentClient,
  input: UpdateCommandInput,
): Promise<Record<string, unknown>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return (await db.send(new UpdateCommand(input))).Attributes ?? {};
    } catch (error) {
      const conflict = error instanceof Error && error.name === "TransactionConflictException";
      if (!conflict || tries === maxTries) throw error;
      await pause(waitMs(tries));
    }
  }
}

const passes = (code: string) =>
  ["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"].includes(code);
