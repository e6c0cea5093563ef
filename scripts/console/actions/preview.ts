// What a redrive would send back: counted and shown before anything is done. Reads the ledger only, so no letter is hidden by it.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type DeadLetter, inLedger } from "../../queues/dead/dead-letters.ts";

/** Which letters are meant. */
export type Meant = { kind: string; group?: string | undefined; job?: string | undefined };

/** Their number, their groups, and the first of them. */
export type Preview = { meant: Meant; count: number; groups: number; first: readonly DeadLetter[] };

/** Letters that are shown. */
const shown = 10;

/** Looks at the letters of a kind. */
export async function previewOf(
  source: { db: DynamoDBDocumentClient; names: ResourceNames; now: () => number },
  meant: Meant,
): Promise<Preview> {
  const all = await inLedger(source, meant.kind);
  const letters = all.filter(
    ({ group, jobId }) => group === (meant.group ?? group) && jobId === (meant.job ?? jobId),
  );
  const groups = new Set(letters.map(({ group }) => group)).size;
  return { meant, count: letters.length, groups, first: letters.slice(0, shown) };
}
