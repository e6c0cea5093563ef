// What must be there of files at the end, from the producers' log alone: rows, quotas, audit, objects.
import { type PlannedFile, plannedId } from "../plan/files.ts";
import { bytesOfFile } from "../produce/files.ts";
import { type ProducedInput, producedOf } from "../produce/producer-log.ts";

/** The expected state of a file's row, its upload's row and its audit. */
export type ExpectedFile = {
  owner: string;
  state: "ready" | "expired" | "deleted";
  upload: "stored" | "refused";
  audit: readonly string[];
  /** Undefined for pictures, whose bytes the reference does not know. */
  bytes: number | undefined;
  versionId: string;
};

/** Computes what is expected of every file, by its id. */
export function expectedFiles(log: readonly ProducedInput[]): Map<string, ExpectedFile> {
  const sweeps = producedOf(log, "expiry").map(({ input }) => input);
  return new Map(
    producedOf(log, "file").map(({ input, versionId }) => {
      const swept = sweeps.some(({ shard, hours }) => shard === input.shard && hours > input.hours);
      return [plannedId("file", input.n, input.shard), { ...expectedOf(input, swept), versionId }];
    }),
  );
}

function expectedOf(input: PlannedFile, swept: boolean): Omit<ExpectedFile, "versionId"> {
  const bytes = input.content === "text" ? bytesOfFile(input, []).length : undefined;
  const common = { owner: input.person, bytes };
  if (input.fate === "refused")
    return { ...common, state: "deleted", upload: "refused", audit: ["refused-upload"] };
  if (swept) return { ...common, state: "expired", upload: "stored", audit: ["expiry", "upload"] };
  return { ...common, state: "ready", upload: "stored", audit: ["upload"] };
}

/** Ids of all archives and their owners. */
export const expectedPacks = (log: readonly ProducedInput[]): Map<string, string> =>
  new Map(producedOf(log, "pack").map(({ input }) => [plannedId("pack", input.n), input.person]));
