// What people do with files during a campaign: uploads, some of them not as announced, archives, and the sweeps of files
// whose time has come.
import { createHash } from "node:crypto";
import { type FileShard, fileShards, shardOf } from "../../../../worker/jobs/files/rows/file-row.ts";
import { idFrom } from "../../../../worker/jobs/files/rows/ids.ts";
import type { Random } from "./random.ts";

/**
 * `file`: `refused` ones are larger than announced. `content` is a text or a picture.
 * `pack`: an archive of files by their numbers. `share`: someone is told by mail of a file. `expiry`: a sweep of a shard, as if it were so many hours later.
 */
export type PlannedFileInput =
  | {
      kind: "file";
      n: number;
      person: string;
      shard: FileShard;
      hours: number;
      content: "text" | "picture";
      fate: "stored" | "refused";
    }
  | { kind: "pack"; n: number; person: string; files: readonly number[] }
  | { kind: "share"; n: number; person: string }
  | { kind: "expiry"; shard: FileShard; hours: number };

export type PlannedFile = Extract<PlannedFileInput, { kind: "file" }>;

/** The id of a file or a pack: the same in every run, and in the given shard. */
export function plannedId(what: "file" | "pack", n: number, shard?: FileShard): string {
  const bytes = createHash("sha256").update(`${what} ${n}`).digest().subarray(0, 16);
  bytes[0] = shard === undefined ? (bytes[0] ?? 0) % fileShards.length : fileShards.indexOf(shard);
  return idFrom(bytes);
}

/** Hours of files that are swept, of those that are not, and of the sweep. */
const hours = { short: 24, long: 1000, sweep: 48 } as const;

const people = ["ada", "bob", "cyd"] as const;

/** Plans uploads, and what happens to the files when all are there. Each part has at least one input of its kind. */
export function planFiles(
  count: number,
  random: Random,
): { uploads: PlannedFile[]; later: PlannedFileInput[] } {
  const uploads = Array.from({ length: Math.max(4, count) }, (_, n): PlannedFile => {
    const shard = shardOf(plannedId("file", n));
    const swept = n % 4 === 1;
    return {
      kind: "file",
      n,
      person: random.pick(people),
      shard,
      hours: swept ? hours.short : hours.long,
      content: n % 5 === 2 ? "picture" : "text",
      fate: n % 9 === 3 ? "refused" : "stored",
    };
  });
  const kept = uploads.filter((file) => file.fate === "stored" && file.hours === hours.long);
  const packs = people.flatMap((person, n): PlannedFileInput[] => {
    const files = kept.filter((file) => file.person === person).map((file) => file.n);
    return files.length === 0 ? [] : [{ kind: "pack", n, person, files: files.slice(0, 5) }];
  });
  const shares = kept
    .filter((_, index) => index % 3 === 0)
    .map(({ n, person }): PlannedFileInput => ({ kind: "share", n, person }));
  const swept = uploads.filter((file) => file.hours === hours.short).map(({ shard }) => shard);
  const sweeps = [...new Set(swept)].map((shard) => ({ kind: "expiry" as const, shard, hours: hours.sweep }));
  return { uploads, later: [...packs, ...shares, ...sweeps] };
}
