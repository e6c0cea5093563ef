// Which message groups and job kinds an operator has stopped: rows of the table `pauses`, which every worker reads again
// and again. They outlive workers; who cannot read them goes by what it read last.
import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../../fleet/clock.ts";

/** A hold; without a group, of the whole kind. */
export const pauseSchema = z.object({
  kind: z.string(),
  group: z.string().optional(),
  /** Since when, ISO 8601, and by whom. */
  pausedAt: z.string(),
  pausedBy: z.string(),
});

/** A hold as its row has it. */
export type Pause = z.infer<typeof pauseSchema>;

/** Names a hold: the sort key of its row. No kind contains a slash. */
export function pauseTarget({ kind, group }: Pick<Pause, "kind" | "group">): string {
  return group === undefined ? kind : `${kind}/${group}`;
}

/** The targets of all pauses. */
export type Pauses = ReadonlySet<string>;

/** All pauses of a fleet, those of a kind together. */
export async function readPauses(
  db: DynamoDBDocumentClient,
  { table, fleet }: { table: string; fleet: string },
): Promise<Pause[]> {
  const pauses: Pause[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: "fleet = :fleet",
      ExpressionAttributeValues: { ":fleet": fleet },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) pauses.push(...Items.map((item) => pauseSchema.parse(item)));
  return pauses;
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
  onPauses: (pauses: Pauses) => void;
  /** Told after every look, also a failed one: without its tables a worker can claim nothing either. */
  onLooked: () => void;
};

/** Looks until `signal` aborts. A look that fails changes nothing; without such a table nothing is held. */
export async function watchPauses(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { db, clock, log, everyMs, onPauses, onLooked } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      onPauses(new Set((await readPauses(db, options)).map(pauseTarget)));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) log.warn({ err: error }, "pauses not read");
      if (error instanceof ResourceNotFoundException) onPauses(new Set());
    }
    onLooked();
    await clock.sleep(everyMs, signal);
  }
}
