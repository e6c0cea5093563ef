// Calls of several actors to real services, one at a time in an order the test chooses, so that every interleaving can be
// tried. Transactions may be torn as DynamoDB allows it: batch reads may see part of one, transactional reads are refused.
import { setTimeout as wait } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";

type Send = (command: unknown, options?: unknown) => Promise<unknown>;
type Sender = { send: Send };

export type Turns = ReturnType<typeof createTurns>;

/**
 * Makes the order. `choose` picks one of the waiting calls; `onTurn` is called after each.
 */
export function createTurns(options: {
  choose: (of: number) => number;
  torn: boolean;
  onTurn: () => Promise<void>;
}) {
  const waiting: (() => Promise<void>)[] = [];
  let halfApplied = 0;

  /** Waits for its turn, then does it. */
  const turn = <Value>(work: () => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      waiting.push(() => work().then(resolve, reject));
    });

  /** A transaction's updates one by one. Their conditions are true, because nothing else writes this job's row. */
  const tear = async (send: Send, command: TransactWriteCommand): Promise<unknown> => {
    const updates = (command.input.TransactItems ?? []).flatMap(({ Update }) => Update ?? []);
    const left = [...updates];
    while (left.length > 0) {
      await turn(async () => {
        halfApplied += left.length === updates.length ? 1 : 0;
        const [update] = left.splice(options.choose(left.length), 1);
        await send(new UpdateCommand(update as UpdateCommandInput));
        halfApplied -= left.length === 0 ? 1 : 0;
      });
    }
    return {};
  };

  /** The client as one of the actors uses it. */
  const of = <Client extends DynamoDBDocumentClient | { send: unknown }>(client: Client): Client => {
    const { send: plain } = client as Sender;
    const send: Send = (command, more) => plain.call(client, command, more);
    const ordered: Send = (command, more) => {
      if (options.torn && command instanceof TransactWriteCommand) return tear(send, command);
      return turn(async () => {
        if (halfApplied > 0 && command instanceof TransactGetCommand) throw conflict();
        return send(command, more);
      });
    };
    return Object.assign(Object.create(client as object), { send: ordered }) as Client;
  };

  /** Gives turns until all actors have ended. */
  const play = async (actors: Promise<unknown>[]): Promise<void> => {
    let over = false;
    const all = Promise.all(actors).finally(() => {
      over = true;
    });
    all.catch(() => {});
    while (!over) {
      // The last actor may ask for its next turn only after a few ticks of the event loop.
      await wait(1);
      if (waiting.length === 0) continue;
      const [next] = waiting.splice(options.choose(waiting.length), 1);
      await next?.();
      await options.onTurn();
    }
    await all;
  };
  return { of, play };
}

function conflict(): TransactionCanceledException {
  const CancellationReasons = [{ Code: "TransactionConflict" }];
  return new TransactionCanceledException({
    message: "TransactionConflict",
    $metadata: {},
    CancellationReasons,
  });
}
