// The mail suite: compares the whole worker, from the queue to the submission's row and its parts in S3, with bare loops of
// simpleParser and postal-mime over the same mails.
import { availableParallelism } from "node:os";
import { type Contest, compare, type Figures, reportOf } from "../compare.ts";
import { measuredCores } from "../cores.ts";
import { inTemporaryFolder } from "../files.ts";
import { type Files, type JobsCloud, measureLoop, measureWorker, withJobsCloud } from "../jobs/measure.ts";
import { circumstances, type Suite } from "../suite.ts";
import { versionOf } from "../versions.ts";
import { writeMail } from "./bank.ts";

/**
 * Sizes, with how many mails warm up and are measured: a worker of small mails takes half the CPU once all of its code is compiled.
 * Of large ones one at a time is worked on; small ones worked on in the same way show by their peak how much memory a large one adds.
 */
const sizes = [
  { name: "10 KB", bytes: 10 * 1024, warm: 1500, measured: 500 },
  { name: "100 KB", bytes: 100 * 1024, warm: 800, measured: 300 },
  { name: "1 MB", bytes: 1024 ** 2, warm: 200, measured: 100 },
  { name: "10 KB, one at a time", bytes: 10 * 1024, warm: 100, measured: 100, oneAtATime: true },
  { name: "10 MB", bytes: 10 * 1024 ** 2, warm: 3, measured: 10, oneAtATime: true },
  { name: "25 MB", bytes: 25 * 1024 ** 2, warm: 2, measured: 5, oneAtATime: true },
];

const main = "CPU ms each";
const cores = measuredCores(availableParallelism());

/** Parses mails and reports the CPU of one, mails a second, and memory. */
export const suite: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    const rows = await withJobsCloud(options, async (cloud) => {
      const contests: Contest[] = [];
      for (const { name, bytes, warm, measured, oneAtATime = false } of sizes) {
        const mail = await writeMail(folder, bytes);
        const names = Array.from({ length: warm + measured }, () => mail);
        contests.push(contestOf(name, cloud, { folder, names, warm }, oneAtATime));
      }
      return compare({ suite: "mail", main, contests }, options);
    });
    return reportOf(rows, main, `Mails with attachments, ${circumstances(options)}.`);
  });

function contestOf(name: string, cloud: JobsCloud, mails: Files, oneAtATime: boolean): Contest {
  const atOnce = oneAtATime ? 1 : cores;
  const slots: Record<string, string> = {
    FLEET_DECODERS: String(atOnce),
    ...(oneAtATime && { FLEET_SLOTS: "1" }),
  };
  const loop = (parser: string) => (): Promise<Figures> =>
    measureLoop("./mail/parser-loop-process.ts", mails, { atOnce, parser });
  return {
    name,
    contenders: [
      { name: "fifo-fleet worker", measure: () => measureWorker(cloud, "parse-mail", mails, slots) },
      { name: `simpleParser of mailparser ${versionOf("mailparser")}`, measure: loop("mailparser") },
      { name: `postal-mime ${versionOf("postal-mime")}`, measure: loop("postal-mime") },
    ],
  };
}
