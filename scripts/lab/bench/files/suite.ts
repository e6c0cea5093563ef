// The files suite: compares storing uploads (type, hash, copy within S3, rows, audit) with a bare loop that reads each object and
// puts it at its new place.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Contest, compare, reportOf } from "../compare.ts";
import { inTemporaryFolder } from "../files.ts";
import { type JobsCloud, measureLoop, measureWorker, withJobsCloud } from "../jobs/measure.ts";
import { circumstances, type Suite } from "../suite.ts";

const sizes = [
  { name: "10 KB", bytes: 10 * 1024, warm: 60, measured: 240 },
  { name: "1 MB", bytes: 1024 ** 2, warm: 20, measured: 80 },
  { name: "20 MB", bytes: 20 * 1024 ** 2, warm: 3, measured: 8 },
];

const main = "CPU ms each";

/** Stores files and reports the CPU of one. */
export const suite: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    const rows = await withJobsCloud(options, async (cloud) => {
      const contests: Contest[] = [];
      for (const size of sizes) contests.push(await contestOf(folder, cloud, size));
      return compare({ suite: "files", main, contests }, options);
    });
    return reportOf(rows, main, `Files, ${circumstances(options)}.`);
  });

async function contestOf(
  folder: string,
  cloud: JobsCloud,
  { name, bytes, warm, measured }: (typeof sizes)[number],
): Promise<Contest> {
  const file = `${bytes}.bin`;
  await writeFile(join(folder, file), randomBytes(bytes));
  const files = { folder, names: Array.from({ length: warm + measured }, () => file), warm };
  const loop = () => measureLoop("./files/copy-loop-process.ts", files, { atOnce: 8, url: cloud.url });
  return {
    name,
    contenders: [
      { name: "fifo-fleet worker", measure: () => measureWorker(cloud, "store-file", files) },
      { name: "bare loop of SDK calls", measure: loop },
    ],
  };
}
