// Which message groups and job kinds an operator has stopped: rows of the table `holds`, which every worker reads again
// and again. They outlive workers; who cannot read them goes by what it read last.
import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../../fleet/clock.ts";

/** A hold; without a group, of the whole kind. */
export const holdSchema = z.object({
  kind: z.string(),
  group: z.string().optional(),
  /** Since when, ISO 8601, and by whom. */
  heldAt: z.string(),
  heldBy: z.string(),
});

/** A hold as its row has it. */
export type Hold = z.infer<typeof holdSchema>;

/** Names a hold: the sort key of its row. No kind contains a slash. */
export function holdTarget({ kind, group }: Pick<Hold, "kind" | "group">): string {
  return group === undefined ? kind : `${kind}/${group}`;
}

/** The targets of all holds. */
export type Holds = ReadonlySet<string>;

/** All holds of a fleet, those of a kind together. */
export async function readHolds(
  db: DynamoDBDocumentClient,
  { table, fleet }: { table: string; fleet: string },
): Promise<Hold[]> {
  const holds: Hold[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: "fleet = :fleet",
      ExpressionAttributeValues: { ":fleet": fleet },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) holds.push(...Items.map((item) => holdSchema.parse(item)));
  return holds;
}

/** What watching needs. */
export type WatchOptions = {
  db: DynamoDBDocumentClient;
  table: string;
  fleet: string;
  clock: Clock;
  log: Logger;
  /** Milliseconds between looks. */
  everyMs: number;
  /** Told after every look that succeeded, changed or not. */
  onHolds: (holds: Holds) => void;
  /** Told after every look, also a failed one: without its tables a worker can claim nothing either. */
  onLooked: () => void;
};

/** Looks until `signal` aborts. A look that fails changes nothing; without such a table nothing is held. */
export async function watchHolds(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { db, clock, log, everyMs, onHolds, onLooked } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      onHolds(new Set((await readHolds(db, options)).map(holdTarget)));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) log.warn({ err: error }, "holds not read");
      if (error instanceof ResourceNotFoundException) onHolds(new Set());
    }
    onLooked();
    await clock.sleep(everyMs, signal);
  }
}
