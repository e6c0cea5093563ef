// The pictures suite: compares the whole worker, end to end, with a bare sharp loop and with commands over the same pictures.
import { availableParallelism } from "node:os";
import sharp from "sharp";
import { compare, reportOf } from "../compare.ts";
import { measuredCores } from "../cores.ts";
import { inTemporaryFolder } from "../files.ts";
import { type Files, measureLoop, measureWorker, withJobsCloud } from "../jobs/measure.ts";
import { circumstances, type Suite } from "../suite.ts";
import { makePictures } from "./bank.ts";
import { installedPeers } from "./command-peers.ts";

/** How often each kind of picture occurs in a run; the first ones warm up. */
const times = { warm: 8, measured: 25 };

/** Pictures decoded at once: one more than the cores, which keeps all of them busy while files are read and written. */
const atOnce = measuredCores(availableParallelism()) + 1;

const main = "CPU ms each";

/** Resizes pictures and reports the CPU of one, and pictures a second. */
export const suite: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    options.progress("making pictures");
    const kinds = await makePictures(folder);
    const names = Array.from({ length: times.warm + times.measured }, () => kinds).flat();
    const pictures: Files = { folder, names, warm: times.warm * kinds.length };
    const peers = installedPeers();
    const rows = await withJobsCloud(options, (cloud) => {
      const ours = () => measureWorker(cloud, "resize-image", pictures, { FLEET_DECODERS: String(atOnce) });
      const loop = () => measureLoop("./pictures/sharp-loop-process.ts", pictures, { atOnce });
      const command = (peer: string) => () =>
        measureLoop("./pictures/command-loop-process.ts", pictures, { atOnce, peer });
      const contenders = [
        { name: "fifo-fleet worker", measure: ours },
        { name: `bare loop of sharp ${sharp.versions.sharp}`, measure: loop },
        ...peers.map(({ name, version }) => ({ name: `${name} ${version}`, measure: command(name) })),
      ];
      return compare({ suite: "pictures", main, contests: [{ name: "12 kinds", contenders }] }, options);
    });
    const measured = names.length - pictures.warm;
    const title = `${measured} pictures of 12 kinds after ${pictures.warm} for warm-up, ${atOnce} decoded at once, ${circumstances(options)}.`;
    return reportOf(rows, main, title);
  });
