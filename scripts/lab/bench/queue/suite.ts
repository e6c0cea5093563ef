// The queue suite: the same drains for our worker and its peers, each in a fresh process, the cloud in another, in
// interleaved rounds.
import type { Suite, SuiteOptions } from "../suite.ts";
import { NoSuchRow, rotated } from "../suite.ts";
import { contenders } from "./consumers.ts";
import { type Drain, measureDrain, startQueueCloud } from "./drain.ts";
import { type Measured, rowName } from "./measured.ts";
import { reportOf } from "./report.ts";
import { workloads } from "./workload.ts";

/** Drains queues and reports messages per second. */
export const suite: Suite = async (options) => {
  const all = workloads.flatMap((workload) =>
    contenders.map((contender): Measured => ({ workload, contender, rounds: [] })),
  );
  const nameOf = ({ workload, contender }: Measured) => rowName(workload, contender);
  const rows = all.filter((row) => nameOf(row).includes(options.only));
  if (rows.length === 0) throw new NoSuchRow(options.only, all.map(nameOf));
  await measureAll(rows, options);
  return reportOf(rows, options);
};

async function measureAll(rows: Measured[], { rounds, latencyMs, progress }: SuiteOptions): Promise<void> {
  const ledger = rows.some(({ contender }) => contender.ledger);
  const cloud = await startQueueCloud({ fleet: "bench", latencyMs, dynamoDb: ledger });
  try {
    for (let round = 0; round < rounds; round += 1)
      for (const workload of workloads) {
        const these = rows.filter((row) => row.workload === workload);
        for (const row of rotated(these, round)) {
          const drain = await measureDrain(cloud, workload, row.contender);
          row.rounds.push(drain);
          progress(`round ${round + 1}/${rounds} ${rowName(workload, row.contender)}: ${summaryOf(drain)}`);
        }
      }
  } finally {
    await cloud.end();
  }
}

function summaryOf({ messagesPerSecond, callsPerMessage, cpuMsPerMessage, violations }: Drain): string {
  const figures = [
    `${Math.round(messagesPerSecond)}/s`,
    `${callsPerMessage.toFixed(2)} calls`,
    `${cpuMsPerMessage.toFixed(2)} ms CPU per message`,
    `${violations} order violations`,
  ];
  return figures.join(", ");
}
