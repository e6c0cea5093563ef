// The pictures suite: compares the whole worker, end to end, with a bare sharp loop and with commands over the same pictures.
import { availableParallelism } from "node:os";
import sharp from "sharp";
import { type Contender, compare, reportOf } from "../compare.ts";
import { measuredCores } from "../cores.ts";
import { inTemporaryFolder } from "../files.ts";
import { type Files, type JobsCloud, measureLoop, measureWorker, withJobsCloud } from "../jobs/measure.ts";
import { circumstances, type Suite } from "../suite.ts";
import { makePictures } from "./bank.ts";
import { installedPeers } from "./command-peers.ts";

/**
 * How often each kind of picture occurs in a run; the first ones warm up. A worker lives for hours: after 15 pictures of each kind, a
 * tenth of its time is still that of V8's compilers. A command starts anew for every picture.
 */
const times = { warm: 60, warmCommand: 1, measured: 25 };

/** Pictures decoded at once: as many as a worker decodes by default. */
const atOnce = measuredCores(availableParallelism());

const main = "CPU ms each";

/** Resizes pictures and reports the CPU of one, and pictures a second. */
export const suite: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    options.progress("making pictures");
    const kinds = await makePictures(folder);
    const peers = installedPeers();
    // Not every build of the commands reads AVIF.
    const common = kinds.filter((name) => !name.endsWith(".avif"));
    const rows = await withJobsCloud(options, (cloud) => {
      const contests = [
        { name: `${kinds.length} kinds`, contenders: contendersOf(cloud, folder, kinds, []) },
        { name: "without AVIF", contenders: contendersOf(cloud, folder, common, peers) },
      ];
      return compare({ suite: "pictures", main, contests }, options);
    });
    const { warm, measured } = times;
    const title = `Each kind of picture ${measured} times after ${warm} for warm-up, ${atOnce} decoded at once, ${circumstances(options)}.`;
    return reportOf(rows, main, title);
  });

function picturesOf(folder: string, kinds: readonly string[], warm: number): Files {
  const names = Array.from({ length: warm + times.measured }, () => kinds).flat();
  return { folder, names, warm: warm * kinds.length };
}

function contendersOf(
  cloud: JobsCloud,
  folder: string,
  kinds: readonly string[],
  peers: readonly { name: string; version: string }[],
): Contender[] {
  const decoders = { FLEET_DECODERS: String(atOnce) };
  const pictures = picturesOf(folder, kinds, times.warm);
  const ofCommands = picturesOf(folder, kinds, times.warmCommand);
  return [
    { name: "fifo-fleet worker", measure: () => measureWorker(cloud, "resize-image", pictures, decoders) },
    {
      name: `bare loop of sharp ${sharp.versions.sharp}`,
      measure: () => measureLoop("./pictures/sharp-loop-process.ts", pictures, { atOnce }),
    },
    ...peers.map(({ name, version }) => ({
      name: `${name} ${version}`,
      measure: () => measureLoop("./pictures/command-loop-process.ts", ofCommands, { atOnce, peer: name }),
    })),
  ];
}
