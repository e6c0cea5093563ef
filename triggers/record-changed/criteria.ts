// The criteria: which changes of which table lead to which jobs. To add one, write a function and add a line.
import { outboxRowSchema } from "../../worker/jobs/outbox/outbox-row.ts";
import { albumRowSchema, emptyAlbum, thresholdsCrossed } from "../../worker/jobs/pictures/albums/album.ts";
import { contactSheet } from "../../worker/jobs/pictures/contact-sheet/job.ts";
import type { Change } from "./change.ts";
import { type FollowUp, follow, type NamedCriterion } from "./criterion.ts";

/** The album holds 10, 20, 30 … pictures for the first time, so its last ten go onto a contact sheet. */
export function albumCrossedTen(change: Change): FollowUp[] {
  if (change.event === "REMOVE") return [];
  const before = change.event === "INSERT" ? emptyAlbum : albumRowSchema.parse(change.before);
  const { album, revision, ...numbers } = albumRowSchema.parse(change.after);
  return thresholdsCrossed(before, { ...numbers, revision }).map((threshold) =>
    follow(contactSheet, { album, threshold, revision }),
  );
}

/** A job has committed a follow-up. Later changes of the row, and its expiry, lead to nothing. */
export function outboxRowAppeared(change: Change): FollowUp[] {
  if (change.event !== "INSERT") return [];
  return [{ type: "relay", row: outboxRowSchema.parse(change.after) }];
}

/** All criteria of the fleet. */
export const criteria: readonly NamedCriterion[] = [
  { name: "album crossed a multiple of ten", table: "albums", follows: albumCrossedTen },
  { name: "outbox row appeared", table: "outbox", follows: outboxRowAppeared },
];
