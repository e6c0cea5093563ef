// Reads the rows of pictures by their ids.
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { type PictureRow, readPictureRow } from "./rows.ts";

/** The pictures that were accepted, by id. `ids` has none twice. One read for up to a hundred. */
export async function picturesById(
  { db, names }: Pick<JobsSource, "db" | "names">,
  ids: readonly string[],
): Promise<Map<string, PictureRow>> {
  const table = names.tables.images;
  const keys = ids.map((id) => ({ id }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  return new Map(rows.flatMap((row) => readPictureRow(row) ?? []).map((row) => [row.id, row]));
}
