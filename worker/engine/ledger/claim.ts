// Claims a job in DynamoDB. A claim carries a token, so that a repeated call (an SDK retry after a lost answer) finds its
// own claim and does not count as a second run.
import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { firstRow } from "./first-row.ts";
import { expiryOf, type JobRow, readJobRow } from "./job-row.ts";
import type { Claim, ClaimRequest, ClaimResult } from "./ledger.ts";
import type { NewRows } from "./new-rows.ts";
import { noteCause, type RunNote } from "./run-notes.ts";

/** Where jobs are claimed, and for which worker. */
export type ClaimOptions = {
  db: DynamoDBDocumentClient;
  table: string;
  /** The claiming worker; recorded in the row for people. */
  owner: string;
  now: () => number;
  /** Writes the row of a job that is probably new, together with those of others. */
  newRows: Pick<NewRows, "insert">;
  /** Aborts with the lease. */
  signal?: AbortSignal | undefined;
};

/** A claim without a call. See `Ledger.presume`. */
export function presumedClaim(request: ClaimRequest, at: number): Claim {
  const presumed = { token: randomUUID(), at };
  return { ...request, fence: 1, run: 1, failures: 0, steps: 0, presumed };
}

/** Raises the fence of a job that has not ended, or reports how it ended. See `Ledger.claim`. */
export async function claimJob(options: ClaimOptions, request: ClaimRequest): Promise<ClaimResult> {
  const token = randomUUID();
  const row = (await insertRow(options, request, token)) ?? (await raiseFence(options, request, token));
  const state = stateOf(row, request, token);
  if (state === "redriven") {
    // Only our own tool counts the redrive in the message.
    const again = { ...request, redrives: Math.max(request.redrives, row.redrives + 1) };
    return stateOf(await reopen(options, again, token, row), again, token) as ClaimResult;
  }
  if (state !== "old-copy") return state;
  // A copy from before the redrive does the job's work, but must not set its row back.
  const current = { ...request, redrives: row.redrives };
  return stateOf(await raiseFence(options, current, token), current, token) as ClaimResult;
}

/**
 * The row of a job that had none; undefined when it must be claimed in its row. If it was written all the same and only the answer
 * was lost, that claim finds its token there.
 */
async function insertRow(
  { newRows, owner, now, signal }: ClaimOptions,
  request: ClaimRequest,
  token: string,
): Promise<JobRow | undefined> {
  if (request.probablyNew !== true) return undefined;
  signal?.throwIfAborted();
  const at = now();
  const updatedAt = new Date(at).toISOString();
  const row = { ...firstRow(request, { token, at, owner }), status: "running", updatedAt } as const;
  return (await newRows.insert(row, signal)) ? row : undefined;
}

const isOpen = ({ status }: JobRow): boolean => status === "running" || status === "waiting";

function stateOf(row: JobRow, request: ClaimRequest, token: string): ClaimResult | "redriven" | "old-copy" {
  if (row.claimToken === token && isOpen(row))
    return {
      state: "claimed",
      claim: {
        ...request,
        fence: row.fence,
        run: row.fence - row.interruptions,
        failures: row.failures ?? 0,
        steps: row.steps ?? 0,
        ...(row.notes !== undefined && { notes: row.notes }),
        ...(row.putOffSince !== undefined && { putOffSince: Date.parse(row.putOffSince) }),
      },
    };
  if (isOpen(row) && row.redrives > request.redrives) return "old-copy";
  switch (row.status) {
    case "completed":
      return { state: "completed", result: row.result ?? {} };
    case "rejected":
      return { state: "rejected", code: row.code ?? "unknown", reason: row.reason ?? "" };
    case "dead-lettered":
      if (isSentBack(row, request)) return "redriven";
      return {
        state: "dead-lettered",
        cause: row.cause ?? "unknown",
        runs: row.fence - row.interruptions,
        redrives: row.redrives,
        sent: row.deadLetterSent ?? false,
      };
    default:
      throw new Error(`job ${request.jobId} could not be claimed in status ${row.status}`);
  }
}

/**
 * True for a dead letter that came back. SQS gives a message that is moved or sent a new id, so a dead job under another id
 * is no late copy of the message that died. Nothing else tells them apart: AWS's own redrive does not change the body.
 */
function isSentBack(row: JobRow, { redrives, messageId }: ClaimRequest): boolean {
  return row.redrives < redrives || (messageId !== undefined && row.messageId !== messageId);
}

function raiseFence(options: ClaimOptions, request: ClaimRequest, token: string): Promise<JobRow> {
  return update(options, {
    Key: { jobId: request.jobId },
    UpdateExpression: `${setClaim(request)}, fence = if_not_exists(fence, :zero) + :one, interruptions = if_not_exists(interruptions, :zero) REMOVE attention, attentionAt`,
    ConditionExpression:
      "(attribute_not_exists(jobId) OR (#status IN (:running, :waiting) AND redrives <= :redrives)) " +
      "AND (attribute_not_exists(claimToken) OR claimToken <> :token)",
    ...claimValues(options, request, token),
  });
}

/** Reopens a dead-lettered job that an operator redrove: its earlier runs no longer count. */
function reopen(options: ClaimOptions, request: ClaimRequest, token: string, dead: JobRow): Promise<JobRow> {
  const { ExpressionAttributeNames, ExpressionAttributeValues } = claimValues(options, request, token);
  const { ":waiting": _, ":zero": __, ":note": began, ...values } = ExpressionAttributeValues;
  const died: RunNote = {
    at: Date.parse(dead.endedAt ?? dead.updatedAt),
    end: "dead-lettered",
    ...(dead.cause !== undefined && { cause: noteCause(dead.cause) }),
  };
  return update(options, {
    Key: { jobId: request.jobId },
    UpdateExpression: `${setClaim(request)}, interruptions = fence, fence = fence + :one REMOVE ${ofEarlierEnd}`,
    ConditionExpression: "#status = :ended AND redrives < :redrives",
    ExpressionAttributeNames,
    ExpressionAttributeValues: { ...values, ":note": [died, ...began], ":ended": "dead-lettered" },
  });
}

/** What the end before a redrive left in the row. */
const ofEarlierEnd =
  "cause, failures, putOffSince, putOffs, deadLetterSent, deadKind, deadAt, endedAt, endedShard";

const setClaim = ({ causedBy }: ClaimRequest) =>
  `SET ${causedBy === undefined ? "" : "causedBy = :causedBy, "}notes = list_append(if_not_exists(notes, :noNotes), :note), #status = :running, claimToken = :token, #owner = :owner, kind = :kind, #group = :group, traceId = :trace, ` +
  "enqueuedAt = :enqueued, redrives = :redrives, messageId = :message, claimedAt = :at, updatedAt = :at, expiresAt = :expires";

function claimValues({ owner, now }: ClaimOptions, request: ClaimRequest, token: string) {
  const at = new Date(now()).toISOString();
  const began: RunNote = { at: now(), by: owner };
  return {
    ExpressionAttributeNames: { "#status": "status", "#owner": "owner", "#group": "group" },
    ExpressionAttributeValues: {
      ":noNotes": [],
      ":note": [began],
      ":running": "running",
      ":waiting": "waiting",
      ":token": token,
      ":owner": owner,
      ":kind": request.kind,
      ":group": request.group,
      ":trace": request.traceId,
      ...(request.causedBy !== undefined && { ":causedBy": request.causedBy }),
      ":enqueued": request.enqueuedAt,
      ":redrives": request.redrives,
      ":message": request.messageId ?? "",
      ":at": at,
      ":expires": expiryOf(now()),
      ":zero": 0,
      ":one": 1,
    },
  };
}

async function update(
  { db, table, signal }: ClaimOptions,
  input: Omit<UpdateCommandInput, "TableName">,
): Promise<JobRow> {
  try {
    const answer = await db.send(
      new UpdateCommand({
        TableName: table,
        ...input,
        ReturnValues: "ALL_NEW",
      }),
      signal && { abortSignal: signal },
    );
    return readJobRow(answer.Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return oldRow(db, table, input.Key, error);
    throw error;
  }
}

/** Reads the current row, because not every DynamoDB endpoint returns it with the refusal. */
async function oldRow(
  db: DynamoDBDocumentClient,
  table: string,
  key: UpdateCommandInput["Key"],
  cause: unknown,
): Promise<JobRow> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  if (Item === undefined) throw new Error("the job row disappeared while it was being claimed", { cause });
  return readJobRow(Item);
}
