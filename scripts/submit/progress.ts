// Progress of a submission on stderr: a bar on a terminal, a plain line every few seconds elsewhere.
import { SingleBar } from "cli-progress";

/** A stream for people; stderr. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean };

/** How far a submission is. */
export type Counts = { total: number; submitted: number; ended: number };

export type Progress = {
  show: (counts: Counts) => void;
  /** Writes a line to another stream of the same terminal without tearing the bar. */
  around: (write: () => void) => void;
  stop: () => void;
};

const plainEveryMs = 5000;

/** Starts to show progress; `wait` tells whether an input is done when it ended or when it was submitted. */
export function startProgress(stream: ProgressStream, total: number, wait: boolean): Progress {
  return stream.isTTY === true ? bar(stream, total, wait) : plainLines(stream, total, wait);
}

function bar(stream: ProgressStream, total: number, wait: boolean): Progress {
  const format = `{bar} {value}/{total} ${wait ? "done" : "submitted"}, {submitted} submitted, {duration_formatted}`;
  const single = new SingleBar({
    stream,
    format,
    barCompleteChar: "━",
    barIncompleteChar: "┄",
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
    forceRedraw: true,
  });
  single.start(total, 0, { submitted: 0 });
  return {
    show: ({ submitted, ended }) => single.update(wait ? ended : submitted, { submitted }),
    around: (write) => {
      stream.write("\r\u001b[K");
      write();
    },
    stop: () => single.stop(),
  };
}

function plainLines(stream: ProgressStream, total: number, wait: boolean): Progress {
  let latest: Counts = { total, submitted: 0, ended: 0 };
  const print = () => {
    const ended = wait ? `, ${latest.ended} done` : "";
    stream.write(`submit: ${latest.submitted} of ${total} submitted${ended}\n`);
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
