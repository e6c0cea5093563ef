// The message groups and job kinds an operator has paused: rows of the table `pauses`, which every worker reads every few
// seconds. Pauses outlive workers. A worker that cannot read them keeps the last ones it read.
import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import * as z from "zod";
import type { Clock } from "../../fleet/clock.ts";

/** A pause of one message group, or of a whole kind when it has no group. */
export const pauseSchema = z.object({
  kind: z.string(),
  group: z.string().optional(),
  /** When it began, ISO 8601, and who began it. */
  pausedAt: z.string(),
  pausedBy: z.string(),
});

/** A pause as its row has it. */
export type Pause = z.infer<typeof pauseSchema>;

/** Names what is paused: the sort key of the row. No kind contains a slash. */
export function pauseTarget({ kind, group }: Pick<Pause, "kind" | "group">): string {
  return group === undefined ? kind : `${kind}/${group}`;
}

/** The targets of all pauses. */
export type Pauses = ReadonlySet<string>;

/** Reads all pauses of a fleet, sorted by kind. */
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

/** How pauses are watched. */
export type WatchOptions = {
  db: DynamoDBDocumentClient;
  table: string;
  fleet: string;
  clock: Clock;
  log: Logger;
  /** Milliseconds between reads. */
  everyMs: number;
  /** Called after every successful read, changed or not. */
  onPauses: (pauses: Pauses) => void;
  /** Called after every read, even a failed one: a worker that cannot reach its tables can claim nothing either. */
  onRead: () => void;
};

/** Reads until `signal` aborts. A failed read changes nothing; without the table nothing is paused. */
export async function watchPauses(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { db, clock, log, everyMs, onPauses, onRead } = options;
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
    onRead();
    await clock.sleep(everyMs, signal);
  }
}
