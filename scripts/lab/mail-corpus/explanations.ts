// The differences from Python's reading that a person examined and found harmless. explained.json identifies each by the
// two checksums.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Difference } from "./compare.ts";

const explained = z
  .object({
    reasons: z.record(z.string(), z.string()),
    differences: z.array(
      z.object({
        /** Where it was first seen. */
        mail: z.string(),
        type: z.string(),
        ours: z.string().nullable(),
        theirs: z.string().nullable(),
        why: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("./explained.json", import.meta.url), "utf8")));

/** Why a difference is harmless; undefined for one that nobody has examined. */
export function explanationOf({ ours, theirs }: Difference): string | undefined {
  const type = theirs?.type ?? ours?.contentType;
  const found = explained.differences.find(
    (known) =>
      known.type === type &&
      known.ours === (ours?.sha256 ?? null) &&
      known.theirs === (theirs?.sha256 ?? null),
  );
  return found && explained.reasons[found.why];
}
