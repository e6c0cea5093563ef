// What becomes of the pictures that people send during a campaign.
import type { Random } from "./random.ts";

/**
 * `ready` becomes a result, `refused` is not a picture, `poisoned` cannot be read until an operator lifts the
 * fault, `crashing` kills its reader, `overwritten` gets another version while it is being processed, `withheld` cannot be
 * read for some minutes, by S3's fault, `hostile` takes over the child that decodes it.
 */
export type PictureFate =
  | "ready"
  | "refused"
  | "poisoned"
  | "crashing"
  | "overwritten"
  | "withheld"
  | "hostile";

/** Pictures that are followed by a good one of the same key, so that their group must go on. */
const followed: readonly PictureFate[] = ["poisoned", "crashing", "overwritten", "withheld"];

/** One upload. */
export type PlannedPicture = { kind: "picture"; key: string; colour: number; fate: PictureFate };

/** Pictures per album: enough for a sheet or two. */
const albumSize = 24;

/** Plans so many uploads, some of them of the same key. */
export function planPictures(count: number, random: Random): PlannedPicture[] {
  const pictures: PlannedPicture[] = [];
  for (let n = 0; pictures.length < count; n += 1) {
    const key = `album-${Math.floor(n / albumSize)}/picture-${n}.png`;
    const put = (fate: PictureFate) =>
      pictures.push({ kind: "picture", key, colour: random.whole(0, 15), fate });
    const fate = fateOf(n, random);
    put(fate);
    if (followed.includes(fate)) put("ready");
    else if (fate === "ready") for (let again = random.next(); again < 0.25; again *= 2) put("ready");
  }
  return pictures;
}

/** The first pictures have each fate once, so that the smallest run has them all. */
function fateOf(n: number, random: Random): PictureFate {
  const first: PictureFate[] = [
    "ready",
    "poisoned",
    "overwritten",
    "refused",
    "crashing",
    "withheld",
    "hostile",
  ];
  const chance = random.next();
  if (n < first.length) return first[n] ?? "ready";
  if (chance < 0.01) return "poisoned";
  if (chance < 0.012) return "crashing";
  if (chance < 0.022) return "withheld";
  if (chance < 0.027) return "hostile";
  if (chance < 0.05) return "refused";
  return chance < 0.1 ? "overwritten" : "ready";
}
