// Handler of expire-files: ends what has expired, then deletes the objects of what has ended.
//
// A file ends in one transaction of its own, on condition that its row has not changed since it was read: a file whose
// expiry was moved meanwhile is left. Only then are its objects deleted, and only then does its row leave the index. Each
// step can be repeated, so a run that dies is continued by the next run or the next schedule.
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { EffectRefused } from "../../../engine/ledger/ledger.ts";
import { giveUpFile } from "../rows/effects.ts";
import type { FileRow } from "../rows/file-row.ts";
import { readFileRow } from "../shared/read-rows.ts";
import { dueFiles } from "./due-files.ts";
import { endEffects, forgetEffect } from "./end-effects.ts";
import type { expireFiles } from "./job.ts";
import { deleteObjectsOf } from "./stored-objects.ts";

type Payload = PayloadOf<typeof expireFiles>;

/** The most files of one job. The next schedule takes more. */
const filesPerJob = 500;

/** Makes the handler. */
export function expireFilesHandler(): Handler<Payload> {
  return { run: sweep };
}

async function sweep({ shard, at }: Payload, context: JobContext): Promise<JobResult> {
  const ids = await dueFiles(shard, at, filesPerJob, context);
  let [expired, deleted] = [0, 0];
  for (const id of ids) {
    context.signal.throwIfAborted();
    const done = await sweepFile(id, at, context);
    expired += done.expired ? 1 : 0;
    deleted += done.deleted ? 1 : 0;
  }
  return { effects: [], result: { expired, deleted } };
}

/** The index may lag behind, so the row decides. */
async function sweepFile(
  id: string,
  at: string,
  context: JobContext,
): Promise<{ expired: boolean; deleted: boolean }> {
  const row = await readFileRow(id, context);
  if (row === undefined || row.shard === undefined || !isDue(row, at))
    return { expired: false, deleted: false };
  const expired = row.state === "ready";
  if (expired && !(await tried(endEffects(row, context), context))) return { expired: false, deleted: false };
  const givenUp = row.state === "storing" ? [giveUpFile(context.names, row, context.now())] : [];
  if (!(await tried(givenUp, context))) return { expired: false, deleted: false };
  await deleteObjectsOf(id, context);
  return { expired, deleted: await tried([forgetEffect(row, context)], context) };
}

const isDue = ({ state, expiresAt, dueAt }: FileRow, at: string) =>
  state === "ready" ? expiresAt <= at : dueAt !== undefined && dueAt <= at;

/** Applies the effects; false when the data has changed since it was read. The next sweep looks again. */
async function tried(
  effects: Parameters<JobContext["mark"]>[0] | Promise<Parameters<JobContext["mark"]>[0]>,
  { mark, log }: JobContext,
): Promise<boolean> {
  try {
    const all = await effects;
    if (all.length > 0) await mark(all);
    return true;
  } catch (error) {
    if (!(error instanceof EffectRefused)) throw error;
    log.info({ cause: error.message }, "file changed while it was swept");
    return false;
  }
}
