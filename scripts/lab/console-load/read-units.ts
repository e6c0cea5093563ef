// What reads cost by DynamoDB's own count: a unit is 4 KB read consistently, or 8 KB that may be some milliseconds old.
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

type Consumed = { CapacityUnits?: number };

/** Counts the read units of a client's calls from now on; what is returned tells those since it was asked last. */
export function countReadUnits({ middlewareStack }: Pick<DynamoDBClient, "middlewareStack">): () => number {
  let units = 0;
  middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
      const answer = await next(args);
      const { ConsumedCapacity = [] } = answer.output as { ConsumedCapacity?: Consumed | Consumed[] };
      for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) units += CapacityUnits;
      return answer;
    },
    { step: "initialize" },
  );
  return () => {
    const taken = units;
    units = 0;
    return taken;
  };
}
