// What came of a big file: as one object, and as text for people.

import { markdownTable } from "../bench/suite.ts";
import type { MemoryPeak } from "../measure/memory.ts";
import { megabytes } from "../measure/statistics.ts";
import type { BigFileArguments } from "./arguments.ts";
import type { SentFile } from "./transfer.ts";

/** The result, version 1. */
export type BigFileResult = {
  v: 1;
  bytes: number;
  parts: number;
  /** Parts that S3 had before the reload, sent after it, and sent again although S3 had them. */
  partsBeforeReload: number;
  partsAfterReload: number;
  partsSentAgain: number;
  sameBytes: boolean;
  uploadSeconds: number;
  storeSeconds: number;
  downloadSeconds: number;
  limitMiB: number;
  memory: MemoryPeak[];
  /** What did not hold, one line each. */
  problems: string[];
};

type Outcome = {
  sent: SentFile;
  downloadSeconds: number;
  sameBytes: boolean;
  memory: MemoryPeak[];
  parts: number;
};

/** Judges what was seen. */
export function resultOf({ size, limit }: BigFileArguments, outcome: Outcome): BigFileResult {
  const { sent, memory, sameBytes, parts } = outcome;
  const again = sent.partsAfter.filter((number) => sent.partsBefore.includes(number)).length;
  const all = new Set([...sent.partsBefore, ...sent.partsAfter]).size;
  const large = memory.filter(({ pssBytes }) => megabytes(pssBytes) > limit);
  return {
    v: 1,
    bytes: size,
    parts,
    partsBeforeReload: sent.partsBefore.length,
    partsAfterReload: sent.partsAfter.length,
    partsSentAgain: again,
    sameBytes,
    uploadSeconds: round(sent.uploadSeconds),
    storeSeconds: round(sent.storeSeconds),
    downloadSeconds: round(outcome.downloadSeconds),
    limitMiB: limit,
    memory,
    problems: [
      ...(sameBytes ? [] : ["the file that came back has another SHA-256"]),
      ...(sent.partsBefore.length > 0 ? [] : ["S3 had no part when the page was loaded again"]),
      ...(all === parts ? [] : [`${all} of ${parts} parts were seen`]),
      ...(again === 0 ? [] : [`${again} parts were sent again although S3 had them`]),
      ...large.map(({ name, pssBytes }) => `${name} took ${whole(pssBytes)} MiB, more than ${limit}`),
    ],
  };
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;
const whole = (bytes: number): number => Math.round(megabytes(bytes));

/** The result as text in Markdown. */
export function reportOf(result: BigFileResult): string {
  const { bytes, uploadSeconds, downloadSeconds, storeSeconds, memory, problems } = result;
  const speed = (seconds: number) => Math.round(megabytes(bytes) / seconds);
  const steps = [
    ["upload, with a reload", uploadSeconds, speed(uploadSeconds)],
    ["job store-file", storeSeconds, ""],
    ["download and SHA-256", downloadSeconds, speed(downloadSeconds)],
  ] as const;
  const rows = memory.map(({ name, pssBytes, rssBytes, processes }) => [
    name,
    processes,
    whole(pssBytes),
    whole(rssBytes),
  ]);
  return [
    `${whole(bytes)} MiB in ${result.parts} parts: ${result.partsBeforeReload} before the reload, ${result.partsAfterReload} after it, ${result.partsSentAgain} sent again; the bytes are ${result.sameBytes ? "the same" : "different"}`,
    markdownTable(["step", "seconds", "MiB/s"], steps),
    markdownTable(["process", "seen", "peak PSS, MiB", "peak RSS, MiB"], rows),
    ...problems.map((problem) => `PROBLEM: ${problem}`),
  ].join("\n\n");
}
