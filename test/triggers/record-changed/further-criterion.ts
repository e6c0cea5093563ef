// The example of a criterion in docs/add-a-job-kind.md: one function, and one line in the table.
import type { Change } from "../../../triggers/record-changed/change.ts";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { type FollowUp, follow, type NamedCriterion } from "../../../triggers/record-changed/criterion.ts";
import { albumRowSchema } from "../../../worker/jobs/pictures/albums/album.ts";
import { welcomeAlbum } from "./welcome-album.ts";

// docs:begin
/** An album got its first picture: its owner is welcomed. */
export function albumBegan(change: Change): FollowUp[] {
  if (change.event !== "INSERT") return [];
  const { album } = albumRowSchema.parse(change.after);
  return [follow(welcomeAlbum, { album })];
}

export const furtherCriteria: readonly NamedCriterion[] = [
  ...criteria,
  { name: "album began", table: "albums", follows: albumBegan },
];
// docs:end
