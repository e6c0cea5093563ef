// Progress of a submission on stderr: a bar on a terminal, a plain line every few seconds elsewhere.
import { createLogUpdate } from "log-update";
import { duration } from "./format.ts";

/** A stream for people; stderr. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean };

/** How far a submission is. */
export type Counts = { total: number; submitted: number; ended: number };

export type Progress = {
  show: (counts: Counts) => void;
  /** Writes a line to another stream of the same terminal, in the bar's place; the bar moves below it. */
  around: (write: () => void) => void;
  stop: () => void;
};

const plainEveryMs = 5000;
const drawEveryMs = 100;
const barCells = 30;

/**
 * Starts to show progress; `wait` says whether an input is done when it ended or when it was submitted.
 * @param command begins every plain line
 */
export function startProgress(
  stream: ProgressStream,
  total: number,
  wait: boolean,
  command = "submit",
): Progress {
  return stream.isTTY === true ? bar(stream, total, wait) : plainLines(stream, total, { wait, command });
}

function bar(stream: ProgressStream, total: number, wait: boolean): Progress {
  const log = createLogUpdate(stream as Parameters<typeof createLogUpdate>[0]);
  const start = performance.now();
  let latest: Counts = { total, submitted: 0, ended: 0 };
  const draw = () => {
    const done = wait ? latest.ended : latest.submitted;
    const filled = total === 0 ? barCells : Math.min(barCells, Math.floor((barCells * done) / total));
    const seconds = (performance.now() - start) / 1000;
    log(
      `${"━".repeat(filled)}${"┄".repeat(barCells - filled)} ${done}/${total} ${wait ? "done" : "submitted"}, ` +
        `${latest.submitted} submitted, ${duration(seconds)}`,
    );
  };
  draw();
  const timer = setInterval(draw, drawEveryMs);
  return {
    show: (counts) => {
      latest = { ...counts };
    },
    around: (write) => {
      log.clear();
      write();
      draw();
    },
    stop: () => {
      clearInterval(timer);
      log.clear();
      log.done();
    },
  };
}

function plainLines(
  stream: ProgressStream,
  total: number,
  { wait, command }: { wait: boolean; command: string },
): Progress {
  let latest: Counts = { total, submitted: 0, ended: 0 };
  const print = () => {
    const ended = wait ? `, ${latest.ended} done` : "";
    stream.write(`${command}: ${latest.submitted} of ${total} submitted${ended}\n`);
  };
  const timer = setInterval(print, plainEveryMs);
  return {
    show: (counts) => {
      latest = counts;
    },
    around: (write) => write(),
    stop: () => clearInterval(timer),
  };
}
