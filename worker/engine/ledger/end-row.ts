// The write that ends a job: an update of the row under its claim's fence or, for a presumed claim, a row of its own.
import type { Clock } from "../../fleet/clock.ts";
import type { Effect } from "../job/effect.ts";
import { firstRow } from "./first-row.ts";
import { attentionOf, endedShard, type JobRow, rowText } from "./job-row.ts";
import { keptPayload } from "./kept-payload.ts";
import type { Claim, Ending } from "./ledger.ts";

/** Where the row is, and who writes it. */
export type EndOptions = { table: string; owner: string; clock: Clock };

/** The effect that ends a job, on condition that its claim is the newest. `effects` are what is committed with it. */
export function endRow(
  { clock, ...options }: EndOptions,
  claim: Claim,
  ending: Ending,
  effects: readonly Effect[],
): Effect {
  const now = clock.now();
  const end = { ...endOf(now, claim, ending), ...followUpsOf(effects) };
  const { presumed } = claim;
  return presumed === undefined ? updateOf(options, claim, end) : endedAtFirst(options, claim, presumed, end);
}

/** The row that is all that a commit writes: of a job without a row and without effects. Undefined for any other commit. */
export function soleRow(options: EndOptions, claim: Claim, ending: Ending) {
  if (claim.presumed === undefined || ending.status === "dead-lettered" || ending.effects.length > 0)
    return undefined;
  return { ...endRow(options, claim, ending, []).Put?.Item, jobId: claim.jobId };
}

/** Follow-ups that a row names. */
const namedFollowUps = 20;

/** The jobs that effects enqueue, for people: whoever puts such a row names the job in the attribute `followUpId`. */
function followUpsOf(effects: readonly Effect[]): { followUps?: string[] } {
  const ids = effects
    .map(({ Put }) => Put?.Item?.followUpId)
    .filter((id): id is string => typeof id === "string");
  return ids.length === 0 ? {} : { followUps: ids.slice(0, namedFollowUps) };
}

type End = Record<string, unknown>;

/** True when an earlier try of the same commit was applied and only its answer was lost. */
export function endedByUs(row: JobRow | undefined, { fence, presumed }: Claim, ending: Ending): boolean {
  if (row?.fence !== fence || row.status !== ending.status) return false;
  return presumed === undefined || row.claimToken === presumed.token;
}

/** The row of a job that had none: what a claim and its end would have written one after the other. */
function endedAtFirst(
  { table, owner }: Omit<EndOptions, "clock">,
  claim: Claim,
  presumed: NonNullable<Claim["presumed"]>,
  end: End,
): Effect {
  return {
    Put: {
      TableName: table,
      Item: { ...firstRow(claim, { ...presumed, owner }), ...end },
      ConditionExpression: "attribute_not_exists(jobId)",
    },
  };
}

function updateOf({ table }: Pick<EndOptions, "table">, claim: Claim, end: End): Effect {
  const names = Object.keys(end);
  return {
    Update: {
      TableName: table,
      Key: { jobId: claim.jobId },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
      ConditionExpression: "fence = :fence AND #status = :running",
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ":fence": claim.fence,
        ":running": "running",
        ...Object.fromEntries(Object.entries(end).map(([name, value]) => [`:${name}`, value])),
      },
    },
  };
}

/** What a row says of its job's end. */
function endOf(now: number, { kind, jobId, payload }: Claim, ending: Ending): End {
  const at = new Date(now).toISOString();
  const shard = endedShard(kind, jobId);
  const attention = ending.status === "rejected" && {
    attention: attentionOf(kind, "rejected"),
    attentionAt: at,
  };
  return {
    status: ending.status,
    updatedAt: at,
    endedAt: at,
    endedShard: shard,
    ...attention,
    ...(ending.status !== "completed" && keptPayload(payload)),
    ...detailsOf(ending),
  };
}

function detailsOf(ending: Ending): Record<string, unknown> {
  switch (ending.status) {
    case "completed":
      return { result: ending.result };
    case "rejected":
      return { code: rowText(ending.code), reason: rowText(ending.reason) };
    case "dead-lettered":
      return { cause: rowText(ending.cause) };
  }
}
