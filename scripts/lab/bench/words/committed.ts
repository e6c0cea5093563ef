// What counting costs with its commits: large texts beside a bare loop with the same transactions, and many messages with the same
// words beside as many with words of their own, in one worker and over many.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../../local/gateway/faults.ts";
import { zipf } from "../../words-run/messages.ts";
import { type Contest, compare, reportOf } from "../compare.ts";
import { inTemporaryFolder } from "../files.ts";
import { type JobsCloud, measureLoop, measureWorker, withJobsCloud } from "../jobs/measure.ts";
import { circumstances, type Suite } from "../suite.ts";

/** As large as a message may be, but for its other fields. Five of them are 1 MB. */
const textBytes = 205 * 1024;
const texts = { warm: 1, measured: 5 };

/** A text in which few words are frequent and most are rare, as in any language. */
function largeText(seed: number): string {
  const random = seededRandom(seed);
  const rank = zipf(3000, random);
  let text = "";
  while (text.length < textBytes) text += `word${rank()} `;
  return text;
}

/** Counts large texts and commits them. */
export const largeTexts: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    const names = Array.from({ length: texts.warm + texts.measured }, (_, index) => `${index}.txt`);
    for (const [index, name] of names.entries()) await writeFile(join(folder, name), largeText(index));
    const files = { folder, names, warm: texts.warm };
    const main = "CPU ms each";
    const rows = await withJobsCloud(options, (cloud) => {
      const contenders = [
        {
          name: "fifo-fleet worker",
          measure: () => measureWorker(cloud, "count-words", files, { FLEET_SLOTS: "1" }),
        },
        {
          name: "bare count and its transactions",
          measure: () => measureLoop("./words/count-loop-process.ts", files, { atOnce: 1, url: cloud.url }),
        },
      ];
      const contests = [{ name: "texts of 205 KB", contenders }];
      return compare({ suite: "words", main, contests }, options);
    });
    return reportOf(rows, main, `Large texts, one at a time, ${circumstances(options)}.`);
  });

/** Messages at once, and how many rounds of them warm up and are measured. */
const crowd = { messages: 64, warm: 2, measured: 6 };

/** Counts messages with the same words, and with words of their own. */
export const sameWords: Suite = (options) =>
  inTemporaryFolder(async (folder) => {
    const count = crowd.messages * (crowd.warm + crowd.measured);
    const own = Array.from({ length: count }, (_, index) => `own-${index}.txt`);
    for (const [index, name] of own.entries())
      await writeFile(join(folder, name), [1, 2, 3, 4, 5].map((word) => `word-${index}-${word}`).join(" "));
    await writeFile(join(folder, "same.txt"), "one two three four five");
    const same = own.map(() => "same.txt");
    const main = "a second";
    const rows = await withJobsCloud(options, (cloud) => {
      const contests = [1, crowd.messages].map((engines): Contest => {
        const measure = (names: string[]) => () => overEngines(cloud, { folder, names }, engines);
        return {
          name: engines === 1 ? "one worker" : `${engines} workers`,
          contenders: [
            { name: "the same five words", measure: measure(same) },
            { name: "five words of their own", measure: measure(own) },
          ],
        };
      });
      return compare({ suite: "words", main, contests }, options);
    });
    return reportOf(rows, main, `Messages of five words, ${circumstances(options)}.`);
  });

const overEngines = (cloud: JobsCloud, files: { folder: string; names: string[] }, engines: number) =>
  measureWorker(
    cloud,
    "count-words",
    { ...files, warm: crowd.messages * crowd.warm },
    { FLEET_SLOTS: String(crowd.messages / engines) },
    { module: "./words/engines-process.ts", args: [String(engines)] },
  );
