// What came of a big file: as one object, and as text for people.
import { markdownTable } from "../bench/suite.ts";
import type { MemoryPeak } from "../measure/memory.ts";
import { megabytes } from "../measure/statistics.ts";
import type { ReadArchive } from "./archive.ts";
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
  seconds: { upload: number; store: number; download: number; pack?: number; downloadArchive?: number };
  /** With `--zip`: the archive as unzip and Python read it. */
  archive?: { zip64: boolean; unzip: string; sameBytes: boolean };
  limitMiB: number;
  memory: MemoryPeak[];
  /** What did not hold, one line each. */
  problems: string[];
};

/** What was seen. */
export type BigFileOutcome = {
  sent: SentFile;
  downloadSeconds: number;
  /** Of the file that was sent and of the one that came back, in hex. */
  sha256: { sent: string; received: string };
  archive: ReadArchive | undefined;
  memory: MemoryPeak[];
  parts: number;
};

/** Judges what was seen. */
export function resultOf({ size, limit }: BigFileArguments, outcome: BigFileOutcome): BigFileResult {
  const { sent, memory, sha256, archive, parts, downloadSeconds } = outcome;
  const again = sent.partsAfter.filter((number) => sent.partsBefore.includes(number)).length;
  return {
    v: 1,
    bytes: size,
    parts,
    partsBeforeReload: sent.partsBefore.length,
    partsAfterReload: sent.partsAfter.length,
    partsSentAgain: again,
    sameBytes: sha256.received === sha256.sent,
    seconds: {
      upload: round(sent.uploadSeconds),
      store: round(sent.storeSeconds),
      download: round(downloadSeconds),
      ...(archive && { pack: round(archive.packSeconds), downloadArchive: round(archive.downloadSeconds) }),
    },
    ...(archive && {
      archive: {
        zip64: archive.zip64,
        unzip: archive.unzip,
        sameBytes: archive.sha256 === sha256.sent,
      },
    }),
    limitMiB: limit,
    memory,
    problems: [
      ...problemsOfParts(outcome, again),
      ...(sha256.received === sha256.sent ? [] : ["the file that came back has another SHA-256"]),
      ...problemsOfArchive(outcome, size),
      ...memory
        .filter(({ pssBytes }) => megabytes(pssBytes) > limit)
        .map(({ name, pssBytes }) => `${name} took ${whole(pssBytes)} MiB, more than ${limit}`),
    ],
  };
}

function problemsOfParts({ sent, parts }: BigFileOutcome, again: number): string[] {
  const all = new Set([...sent.partsBefore, ...sent.partsAfter]).size;
  return [
    ...(sent.partsBefore.length > 0 ? [] : ["S3 had no part when the page was loaded again"]),
    ...(all === parts ? [] : [`${all} of ${parts} parts were seen`]),
    ...(again === 0 ? [] : [`${again} parts were sent again although S3 had them`]),
  ];
}

/** From this size on the records of a file need the 64-bit form (APPNOTE.TXT 4.4.9). */
const zip64Bytes = 2 ** 32 - 1;

function problemsOfArchive({ archive, sha256 }: BigFileOutcome, size: number): string[] {
  if (archive === undefined) return [];
  return [
    ...(archive.sha256 === sha256.sent ? [] : ["the file in the archive has another SHA-256"]),
    ...(/^No errors detected/.test(archive.unzip) ? [] : [`unzip says: ${archive.unzip}`]),
    ...(archive.zip64 === size >= zip64Bytes ? [] : ["the archive has the wrong form for its size"]),
  ];
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;
const whole = (bytes: number): number => Math.round(megabytes(bytes));

const steps = {
  upload: "upload, with a reload",
  store: "job store-file",
  download: "download and SHA-256",
  pack: "job pack-files",
  downloadArchive: "download of the archive",
} as const;

/** The result as text in Markdown. */
export function reportOf(result: BigFileResult): string {
  const { bytes, seconds, memory, problems, archive } = result;
  const times = Object.entries(steps).flatMap(([step, name]) => {
    const taken = seconds[step as keyof typeof steps];
    const speed = step === "store" || taken === undefined ? "" : Math.round(megabytes(bytes) / taken);
    return taken === undefined ? [] : [[name, taken, speed]];
  });
  const processes = memory.map(({ name, pssBytes, rssBytes, processes: seen }) => [
    name,
    seen,
    whole(pssBytes),
    whole(rssBytes),
  ]);
  const same = (is: boolean) => (is ? "the same" : "different");
  return [
    `${whole(bytes)} MiB in ${result.parts} parts: ${result.partsBeforeReload} before the reload, ${result.partsAfterReload} after it, ${result.partsSentAgain} sent again; the bytes are ${same(result.sameBytes)}`,
    ...(archive === undefined
      ? []
      : [
          `archive: ${archive.zip64 ? "64-bit form" : "usual form"}; unzip: ${archive.unzip}; Python: the bytes are ${same(archive.sameBytes)}`,
        ]),
    markdownTable(["step", "seconds", "MiB/s"], times),
    markdownTable(["process", "seen", "peak PSS, MiB", "peak RSS, MiB"], processes),
    ...problems.map((problem) => `PROBLEM: ${problem}`),
  ].join("\n\n");
}
