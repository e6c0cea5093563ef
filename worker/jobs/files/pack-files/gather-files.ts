// The files of a pack that its owner may read now, and the names of those that are left out.
import type { JobContext } from "../../../engine/job/handler.ts";
import { type FileRow, isAvailable } from "../rows/file-row.ts";
import { type PackRow, packLimits } from "../rows/pack-row.ts";
import { isSharedWith, readFileRow } from "../shared/read-rows.ts";

/** What goes into an archive, and what does not. */
export type Gathered = { present: FileRow[]; missing: string[] };

/** Reads the rows of a pack's files. More files of others than a pack may contain are left out. */
export async function gatherFiles(pack: PackRow, context: JobContext): Promise<Gathered> {
  const gathered: Gathered = { present: [], missing: [] };
  let ofOthers = 0;
  for (const id of new Set(pack.fileIds)) {
    const row = await readFileRow(id, context);
    const foreign = row !== undefined && row.owner !== pack.owner;
    const allowed = row !== undefined && (!foreign || (await isSharedWith(pack.owner, id, context)));
    const fits = !foreign || ofOthers < packLimits.ofOthers;
    if (row && allowed && fits && isAvailable(row, context.now())) {
      gathered.present.push(row);
      ofOthers += foreign ? 1 : 0;
    } else {
      // The name of a file that this person may not read is not theirs to know.
      gathered.missing.push(allowed ? row.name : id);
    }
  }
  return gathered;
}
