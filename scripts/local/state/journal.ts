// An append-only file of events, one JSON value per line. Appended events survive a kill -9 of this process at any
// moment. Knows nothing about the meaning of events.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";

export type Journal<Event> = {
  /** All events, oldest first. An incomplete last line was never acknowledged and is dropped. */
  load: () => Event[];
  /** Writes events to the operating system before it returns. @throws the file system's error, with none of them written */
  append: (events: readonly Event[]) => void;
  /** Replaces all earlier events with these, atomically. */
  rewrite: (events: Iterable<Event>) => void;
  /** Whether the file has grown enough since its last rewrite to be rewritten. */
  isBloated: () => boolean;
  close: () => void;
};

/** How many characters a rewrite collects before it writes them. */
const chunkLength = 1024 * 1024;

/** Opens or creates the journal at `path`. It is bloated when it exceeds three times its last size plus `slackBytes`. */
export function openJournal<Event>(path: string, slackBytes = 32 * 1024 * 1024): Journal<Event> {
  let file = openSync(path, "a+");
  let bytes = fstatSync(file).size;
  let bytesAtRewrite = 0;
  const write = (target: number, text: string) => {
    const data = Buffer.from(text);
    for (let from = 0; from < data.length; ) from += writeSync(target, data, from);
    return data.length;
  };
  return {
    load: () => {
      const data = readFileSync(path);
      const end = data.lastIndexOf(10) + 1;
      if (end < data.length) ftruncateSync(file, end);
      bytes = end;
      return [...linesOf(data.subarray(0, end))].map((line) => JSON.parse(line) as Event);
    },
    append: (events) => {
      try {
        bytes += write(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      } catch (error) {
        // Half a line in the middle would make all that follows unreadable.
        ftruncateSync(file, bytes);
        throw error;
      }
    },
    rewrite: (events) => {
      const next = `${path}.next`;
      const target = openSync(next, "w");
      bytes = 0;
      let text = "";
      for (const event of events) {
        text += `${JSON.stringify(event)}\n`;
        if (text.length < chunkLength) continue;
        bytes += write(target, text);
        text = "";
      }
      bytes += write(target, text);
      fsyncSync(target);
      closeSync(target);
      renameSync(next, path);
      closeSync(file);
      file = openSync(path, "a+");
      bytesAtRewrite = bytes;
    },
    isBloated: () => bytes > slackBytes + 3 * bytesAtRewrite,
    close: () => closeSync(file),
  };
}

function* linesOf(data: Buffer): Generator<string> {
  let from = 0;
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, from)) {
    if (at > from) yield data.toString("utf8", from, at);
    from = at + 1;
  }
}
