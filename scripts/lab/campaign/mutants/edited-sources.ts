// Text replacements in the worker's sources: they make a mutant, or a later version.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import type { Edit, Mutant } from "./mutants.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The text a mutant replaces does not occur exactly once in the worker: the mutant has to follow the sources. */
export class MutantOutdated extends FleetError {
  constructor(name: string, { file }: Edit, times: number) {
    super(`mutant "${name}": the text to replace occurs ${times} times in worker/${file}, expected once`);
  }
}

/** A file's text with the replacement applied. @throws MutantOutdated */
export function mutated(text: string, edit: Edit, name: string): string {
  const times = text.split(edit.from).length - 1;
  if (times !== 1) throw new MutantOutdated(name, edit, times);
  return text.replace(edit.from, () => edit.to);
}

/** The changed sources of a mutant, by file. @throws MutantOutdated */
export function mutatedFiles({ name, edits }: Pick<Mutant, "name" | "edits">): Map<string, string> {
  const files = new Map<string, string>();
  for (const edit of edits) {
    const text = files.get(edit.file) ?? readFileSync(join(root, "worker", edit.file), "utf8");
    files.set(edit.file, mutated(text, edit, name));
  }
  return files;
}

/**
 * A later version of the worker that shares queues with the present one: one payload has an additional field, and long
 * messages are split into chunks of another size.
 */
export const laterVersion: Pick<Mutant, "name" | "edits"> = {
  name: "later version",
  edits: [
    {
      file: "jobs/words/word-plan.ts",
      from: "export const wordsPerChunk = 98;",
      to: "export const wordsPerChunk = 61;",
    },
    {
      file: "jobs/pictures/remove-picture/job.ts",
      from: "versionId: z.string().min(1),",
      to: "versionId: z.string().min(1),\n  addedLater: z.object({ by: z.string() }).optional(),",
    },
  ],
};
