// What grows, to which sizes, and what one measurement of each is. Costs are CPU: times would depend on what else runs.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { type JobsCloud, measureWorker } from "../bench/jobs/measure.ts";
import { mailOf } from "../bench/mail/bank.ts";
import { contenders } from "../bench/queue/consumers.ts";
import { measureDrain, type QueueCloud } from "../bench/queue/drain.ts";
import { workloadSchema } from "../bench/queue/workload.ts";

/** The clouds, and a folder for inputs. */
export type Surroundings = { queue: QueueCloud; jobs: JobsCloud; folder: string };

/** Something that grows. */
export type Dimension = {
  name: string;
  sizes: readonly number[];
  /** What one unit of work is. */
  unit: string;
  /** The steepest slope that is right: 0 where a unit's cost must not depend on the size, 1 where the unit grows with it. */
  slope: 0 | 1;
  /** Milliseconds of CPU in the worker and its children for one unit. */
  measure: (size: number, around: Surroundings) => Promise<number>;
};

const ledger = contenders.find(({ name }) => name.includes("with ledger"));
const queueAlone = contenders.find(({ name }) => name === "fifo-fleet queue @40");

const drain = async (
  { queue }: Surroundings,
  contender: typeof ledger,
  load: { messages: number; groups: number },
): Promise<number> => {
  if (contender === undefined) throw new RangeError("our own consumer is not among the contenders");
  const workload = workloadSchema.parse({ name: "growth", jobMs: 0, maxSeconds: 2, ...load });
  return (await measureDrain(queue, workload, contender)).cpuMsPerMessage;
};

/** CPU of one input of a job kind, of so many that JIT and caches have settled. */
async function job(
  { jobs, folder }: Surroundings,
  kind: "parse-mail" | "resize-image",
  name: string,
  bytes: Buffer | string,
): Promise<number> {
  await writeFile(join(folder, name), bytes);
  const names = Array.from({ length: 36 }, () => name);
  const figures = await measureWorker(jobs, kind, { folder, names, warm: 12 });
  return figures["CPU ms each"] ?? Number.NaN;
}

/** Jobs that are measured in the last two dimensions, after those that warm up; of each worker. */
const measured = 100;

/** CPU of counting a message with words of its own, over so many workers with as many slots and messages each. */
async function overWorkers(workers: number, { jobs, folder }: Surroundings): Promise<number> {
  const names = Array.from({ length: 3 * measured * workers }, (_, index) => `${index}.txt`);
  for (const [index, name] of names.entries())
    await writeFile(join(folder, name), [1, 2, 3, 4, 5].map((word) => `word-${index}-${word}`).join(" "));
  const files = { folder, names, warm: 2 * measured * workers };
  const entry = { module: "./words/engines-process.ts", args: [String(workers)] };
  const figures = await measureWorker(jobs, "count-words", files, { FLEET_SLOTS: "24" }, entry);
  return figures["CPU ms each"] ?? Number.NaN;
}

/** CPU of storing a file for each of fifty persons, who have so many of them then. */
async function filesOfPersons(files: number, { jobs, folder }: Surroundings): Promise<number> {
  const names = Array.from({ length: 50 * files }, () => "one.bin");
  await writeFile(join(folder, "one.bin"), Buffer.alloc(1000, "a"));
  const warm = names.length - measured;
  const figures = await measureWorker(jobs, "store-file", { folder, names, warm });
  return figures["CPU ms each"] ?? Number.NaN;
}

/** A mail with so many attachments of one kilobyte. */
function manyAttachments(count: number): string {
  const one = mailOf(3000);
  const from = one.indexOf("--bench-boundary", one.indexOf("Dear editors"));
  const [head, attachment] = [one.slice(0, from), one.slice(from, one.lastIndexOf("--bench-boundary--"))];
  return `${head}${attachment.repeat(count)}--bench-boundary--\r\n`;
}

async function picture(pixels: number): Promise<Buffer> {
  const width = Math.round(Math.sqrt((pixels * 4) / 3));
  const create = { width, height: Math.round((width * 3) / 4), channels: 3, background: "#808080" } as const;
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  return sharp({ create: { ...create, noise } })
    .jpeg({ quality: 88 })
    .toBuffer();
}

/** All dimensions. */
export const dimensions: readonly Dimension[] = [
  {
    ...{ name: "messages waiting", unit: "a no-op job", slope: 0, sizes: [3000, 10_000, 100_000, 1_000_000] },
    measure: (messages, around) => drain(around, queueAlone, { messages, groups: 1000 }),
  },
  {
    ...{ name: "message groups", unit: "a no-op job", slope: 0, sizes: [1, 10, 100, 1000, 10_000, 100_000] },
    measure: (groups, around) => drain(around, queueAlone, { messages: Math.max(groups, 20_000), groups }),
  },
  {
    ...{ name: "rows in the ledger", unit: "a no-op job with its ledger", slope: 0 },
    // Each measurement adds about as many rows as its size, to those of the ones before.
    sizes: [2000, 10_000, 50_000],
    measure: async (rows, around) => {
      await drain(around, ledger, { messages: rows, groups: 1000 });
      return drain(around, ledger, { messages: 4000, groups: 1000 });
    },
  },
  {
    ...{ name: "attachments of a mail", unit: "a mail", slope: 1, sizes: [1, 10, 50, 200] },
    measure: (count, around) => job(around, "parse-mail", `${count}.eml`, manyAttachments(count)),
  },
  {
    ...{ name: "bytes of a mail", unit: "a mail", slope: 1, sizes: [10_000, 100_000, 1_000_000, 10_000_000] },
    measure: (bytes, around) => job(around, "parse-mail", `${bytes}.eml`, mailOf(bytes)),
  },
  {
    ...{ name: "pixels of a picture", unit: "a picture", slope: 1 },
    sizes: [100_000, 1_000_000, 4_000_000, 16_000_000, 48_000_000],
    measure: async (pixels, around) => job(around, "resize-image", `${pixels}.jpg`, await picture(pixels)),
  },
  { name: "workers", unit: "a message counted", slope: 0, sizes: [1, 2, 3, 4], measure: overWorkers },
  { name: "files of a person", unit: "a file", slope: 0, sizes: [4, 16, 64], measure: filesOfPersons },
];
