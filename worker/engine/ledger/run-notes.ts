// The notes of a job's runs in its row, for people. Each is part of a write that is made anyway: a claim says which worker began,
// a run that did not end the job says why. A run without a note of its end lost its worker or its lease.
import * as z from "zod";

/** How a run ended whose job went on; `dead-lettered` where the job was sent back after it had died. */
export const runEnds = ["failed", "put off", "interrupted", "dead-lettered"] as const;

export const runNoteSchema = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  /** The worker that began a run; left out in a note of an end. */
  by: z.string().optional(),
  end: z.enum(runEnds).optional(),
  /** Why. */
  cause: z.string().optional(),
});

/** The beginning or the end of one run. */
export type RunNote = z.infer<typeof runNoteSchema>;

/** Notes that a row keeps: the first ones and the last ones, so that a job that is put off for hours stays a small row. */
const kept = { first: 2, last: 38 } as const;

/** Longest cause in a note. `lastError` has more of the last one. */
const causeLength = 200;

/** A cause, cut for a note. */
export const noteCause = (text: string): string => text.slice(0, causeLength).toWellFormed();

/** The update that adds a note: as an expression while the row has room, else the shortened list as a whole. */
export function addNote(known: readonly RunNote[] | undefined, note: RunNote) {
  if (known === undefined || known.length < kept.first + kept.last)
    return {
      set: "notes = list_append(if_not_exists(notes, :noNotes), :note)",
      values: { ":noNotes": [], ":note": [note] },
    };
  const { first, last } = kept;
  return {
    set: "notes = :notes",
    values: { ":notes": [...known.slice(0, first), ...known.slice(1 - last), note] },
  };
}
