// The pictures suite: compares the whole worker, end to end, with a bare sharp loop over the same pictures, in turns.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { median, significant } from "../../measure/statistics.ts";
import { startChild } from "../child.ts";
import {
  circumstances,
  markdownTable,
  NoSuchRow,
  type Row,
  type Suite,
  type SuiteOptions,
  type SuiteReport,
} from "../suite.ts";
import { makePictures } from "./bank.ts";
import { measureLoop, measureWorker, type Pictures, type Run } from "./measure.ts";

/** A row of this suite: medians of the rounds. CPU is null where it cannot be measured. */
type PictureRow = Row & { cpuMsPerPicture: number | null; callsPerPicture: number };

const rowNames = ["fifo-fleet worker", "bare sharp loop"] as const;
type RowName = (typeof rowNames)[number];
type Measured = { name: RowName; rounds: Run[] };

/** How often each kind of picture occurs in a run; the first ones warm up. */
const times = { warm: 3, measured: 15 };

/** Pictures decoded at once: one more than the cores, which keeps all of them busy while files are read and written. */
const atOnce = availableParallelism() + 1;

/** Resizes pictures and reports pictures per second. */
export const suite: Suite = async (options) => {
  const names = rowNames.filter((name) => name.includes(options.only));
  if (names.length === 0) throw new NoSuchRow(options.only, rowNames);
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-"));
  try {
    options.progress("making pictures");
    const kinds = await makePictures(folder);
    const count = times.warm + times.measured;
    const pictures = {
      folder,
      names: Array.from({ length: count }, () => kinds).flat(),
      warm: times.warm * kinds.length,
    };
    return reportOf(await measureAll(names, pictures, options), pictures, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

async function measureAll(
  names: readonly RowName[],
  pictures: Pictures,
  { rounds, latencyMs, progress }: SuiteOptions,
): Promise<Measured[]> {
  const setup = { latencyMs, dynamoDb: true };
  const child = startChild("./pictures/cloud-process.ts", { args: [JSON.stringify(setup)] });
  try {
    const { url } = await child.receive("serving", z.object({ url: z.string() }));
    const cloud = { ...child, url };
    const measure: Record<RowName, () => Promise<Run>> = {
      "fifo-fleet worker": () => measureWorker(cloud, pictures, atOnce),
      "bare sharp loop": () => measureLoop(pictures, atOnce),
    };
    const rows = names.map((name): Measured => ({ name, rounds: [] }));
    for (let round = 0; round < rounds; round += 1)
      for (const row of rows) {
        const run = await measure[row.name]();
        row.rounds.push(run);
        const figures = `${run.picturesPerSecond.toFixed(1)}/s, ${run.cpuMsPerPicture.toFixed(1)} ms CPU per picture`;
        progress(`round ${round + 1}/${rounds} ${row.name}: ${figures}`);
      }
    return rows;
  } finally {
    await child.end();
  }
}

const medianOf = (rounds: readonly Run[], figure: keyof Run) => median(rounds.map((run) => run[figure]));

function rowOf({ name, rounds }: Measured, all: readonly Measured[]): PictureRow {
  const ratios = all
    .filter((other) => other.name !== name)
    .map((other) => {
      const each = rounds.map(
        ({ picturesPerSecond }, round) =>
          picturesPerSecond / (other.rounds[round]?.picturesPerSecond ?? Number.NaN),
      );
      return [other.name, significant(median(each))] as const;
    });
  const cpu = medianOf(rounds, "cpuMsPerPicture");
  return {
    name: `pictures/${name}`,
    unit: "pictures/s",
    median: significant(medianOf(rounds, "picturesPerSecond")),
    ratioTo: Object.fromEntries(ratios),
    cpuMsPerPicture: Number.isNaN(cpu) ? null : significant(cpu),
    callsPerPicture: significant(medianOf(rounds, "callsPerPicture")),
  };
}

function reportOf(all: readonly Measured[], { names, warm }: Pictures, options: SuiteOptions): SuiteReport {
  const rows = all.map((measured) => rowOf(measured, all));
  const cells = rows.map((row, index) => [
    all[index]?.name ?? "",
    row.median,
    Object.values(row.ratioTo)[0] ?? "",
    row.cpuMsPerPicture ?? "not measured here",
    row.callsPerPicture,
  ]);
  const head = ["", "pictures/s", "of the other", "CPU ms/picture", "calls/picture"];
  const title =
    `Pictures: ${names.length - warm} pictures of 12 kinds after ${warm} for warm-up, ${atOnce} decoded at once, ` +
    circumstances(options);
  return { rows, text: `${title}\n\n${markdownTable(head, cells)}` };
}
