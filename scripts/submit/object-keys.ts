// Object keys for the inputs of one call: `album/relative path`, each unique.
import { posix } from "node:path";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import type { Input } from "./inputs.ts";

/** S3's limit for a key in UTF-8 (S3 user guide, "Naming Amazon S3 objects"). */
export const maxKeyBytes = 1024;

/**
 * One key for each input, in order. Where two keys are equal, the later gets a counter before its extension.
 * @throws InvalidSettings naming every input whose key would be too long
 */
export function objectKeys(album: string, inputs: readonly Input[]): string[] {
  const taken = new Set<string>();
  const keys = inputs.map(({ relative }) => {
    const key = freeKey(`${album}/${relative}`, taken);
    taken.add(key);
    return key;
  });
  const problems = inputs.flatMap(({ path }, index) => {
    const bytes = Buffer.byteLength(keys[index] ?? "");
    return bytes > maxKeyBytes
      ? [`${path} would get a key of ${bytes} bytes; S3 allows at most ${maxKeyBytes}`]
      : [];
  });
  if (problems.length > 0) throw new InvalidSettings(problems);
  return keys;
}

function freeKey(key: string, taken: ReadonlySet<string>): string {
  if (!taken.has(key)) return key;
  const extension = posix.extname(key);
  const stem = key.slice(0, key.length - extension.length);
  for (let counter = 2; ; counter += 1) {
    const candidate = `${stem}-${counter}${extension}`;
    if (!taken.has(candidate)) return candidate;
  }
}
