// What is done to several files, one after another. What fails for one file does not stop the others.
import type { FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { Refused } from "../refusals.ts";
import type { RefusedReader } from "../shares/decide-readers.ts";
import { shareFile } from "../shares/share-file.ts";
import { countText } from "../store/words.ts";
import type { Notice } from "../ui/flash.ts";
import { changeFile, deleteFile } from "./change-file.ts";

/** How many files it was done to, why not to others, and who got nothing. */
export type Outcome = { done: number; problems: string[]; refused: RefusedReader[] };

async function each(
  files: readonly FileRow[],
  act: (file: FileRow) => Promise<readonly RefusedReader[]>,
): Promise<Outcome> {
  const outcome: Outcome = { done: 0, problems: [], refused: [] };
  for (const file of files) {
    try {
      outcome.refused = [...(await act(file))];
      outcome.done += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      outcome.problems.push(`${file.name}: ${error.message}`);
    }
  }
  return outcome;
}

/** Deletes files. */
export const deleteAll = (deps: WebDependencies, owner: Visitor, files: readonly FileRow[]) =>
  each(files, async (file) => {
    await deleteFile(deps, owner, file);
    return [];
  });

/** Gives files a new expiry. */
export const extendAll = (deps: WebDependencies, owner: Visitor, files: readonly FileRow[], hours: number) =>
  each(files, async (file) => {
    await changeFile(deps, owner, file, { hours });
    return [];
  });

/** Shares files with more people. */
export const shareAll = (
  deps: WebDependencies,
  owner: Visitor,
  files: readonly FileRow[],
  people: readonly string[],
) => each(files, async ({ id }) => (await shareFile(deps, owner, id, { people, mode: "add" })).refused);

const verbs = { delete: "deleted", share: "shared", extend: "changed", zip: "packed" } as const;

const reasons = {
  blocked: "may not get files",
  unknown: "is not known here",
  yourself: "has it already: it is yours",
} as const;

/** People who got nothing, in words. */
export const refusedText = (refused: readonly RefusedReader[]): string[] =>
  refused.map(({ name, id, why }) => `${name || id} ${reasons[why]}`);

/** What happened, in words. */
export function outcomeNotice(action: keyof typeof verbs, { done, problems, refused }: Outcome): Notice {
  const bad = [...problems, ...refusedText(refused)];
  const text = `${countText(done, "file")} ${done === 1 ? "is" : "are"} ${verbs[action]}.`;
  return {
    tone: bad.length === 0 ? "good" : "bad",
    text: [text, ...bad.map((line) => `${line}.`)].join(" ").replace(/\.\./g, "."),
  };
}
