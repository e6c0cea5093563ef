// Counts what a page reads: every call of one request to the tables, told in the answer's header. A page's cost must not grow
// with the number of rows behind it, and this makes it visible.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** A client that counts its calls. */
export type CountedDb = { db: DynamoDBDocumentClient; calls: () => number };

/** A counting view of a client, for one request. */
export function countReads(db: DynamoDBDocumentClient): CountedDb {
  let calls = 0;
  const counting: DynamoDBDocumentClient = Object.create(db, {
    send: {
      value: (...args: Parameters<DynamoDBDocumentClient["send"]>) => {
        calls += 1;
        return db.send(...args);
      },
    },
  });
  return { db: counting, calls: () => calls };
}

/** Answers with what `make` makes, its reads and its time in the header `Server-Timing`. */
export async function timed(
  db: DynamoDBDocumentClient,
  make: (db: DynamoDBDocumentClient) => Promise<Response>,
): Promise<Response> {
  const started = performance.now();
  const counted = countReads(db);
  const answer = await make(counted.db);
  const ms = (performance.now() - started).toFixed(1);
  answer.headers.set("Server-Timing", `store;desc="${counted.calls()} reads", total;dur=${ms}`);
  return answer;
}
