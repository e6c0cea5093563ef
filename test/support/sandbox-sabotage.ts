// What a decode child that was taken over does to its own directory, descriptors, pipe and state, so that the worker
// trips over it. Every step is tried: a level that refuses one still gets the others. For tests only.
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";

type Input = { path?: string; entries?: number; depth?: number; end?: "die" | "throw" | "answer" };

/** Does as much as it is allowed to. */
function tryTo(...steps: (() => void)[]): void {
  for (const step of steps)
    try {
      step();
    } catch {
      // Refused here; the next step may work.
    }
}

/** Ends the task as asked: the child dies, the task throws, or it answers as if nothing had happened. */
function end(how: Input["end"]): string {
  if (how === "die") process.kill(process.pid, "SIGKILL");
  if (how === "throw") throw new Error("the task's own words");
  return "done";
}

const own = process.cwd();

export const sabotage: Record<string, (input: Input) => unknown> = {
  sealFolder: ({ end: how }) => {
    tryTo(
      () => mkdirSync("sealed"),
      () => writeFileSync("sealed/kept", "x"),
      () => chmodSync("sealed", 0),
    );
    return end(how);
  },
  sealOwnDirectory: ({ end: how }) => {
    tryTo(
      () => writeFileSync("kept", "x"),
      () => chmodSync(own, 0),
    );
    return end(how);
  },
  dropOwnDirectory: ({ end: how }) => {
    tryTo(
      () => rmSync("source", { force: true }),
      () => rmdirSync(own),
    );
    return end(how);
  },
  swapOwnDirectory: ({ end: how }) => {
    tryTo(
      () => rmdirSync(own),
      () => writeFileSync(own, "a file now"),
    );
    return end(how);
  },
  manyFiles: ({ entries = 0, end: how }) => {
    for (let at = 0; at < entries; at += 1) writeFileSync(`f${at}`, "");
    return end(how);
  },
  deepFolders: ({ depth = 0, end: how }) => {
    tryTo(() => {
      for (let at = 0; at < depth; at += 1) {
        mkdirSync("d");
        process.chdir("d");
      }
    });
    return end(how);
  },
  sealOutput: ({ end: how }) => {
    process.umask(0o777);
    writeFileSync("output", "x");
    process.umask(0o022);
    return end(how);
  },
  linkOutput: ({ end: how }) => {
    tryTo(
      () => writeFileSync("output", "x"),
      () => linkSync("output", "output-too"),
    );
    return end(how);
  },
  linkSecret: ({ path = "", end: how }) => {
    tryTo(
      () => symlinkSync(path, "output"),
      () => renameSync(path, "output"),
    );
    return end(how);
  },
  closePipe: () => {
    closeSync(3);
    return new Promise(() => setInterval(() => {}, 1000));
  },
  stopItself: () => {
    process.kill(process.pid, "SIGSTOP");
    return new Promise(() => setInterval(() => {}, 1000));
  },
  tinyWrites: () => {
    for (;;) writeSync(3, "x");
  },
  writeAfterAnswer: () => {
    let at = 0;
    setInterval(() => writeFileSync(`late-${at++}`, "x".repeat(1000)), 1);
    return "done";
  },
  nestedAnswer: () => {
    writeSync(3, `${"[".repeat(500_000)}\n`);
    return new Promise(() => setInterval(() => {}, 1000));
  },
};
