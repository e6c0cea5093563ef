// A task that does what its input says: everything a sandbox child must be kept from. For tests only.
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { sabotage } from "./sandbox-sabotage.ts";

type Input = { act: string; path?: string; port?: number; pid?: number; bytes?: number; text?: string };

let preloaded = false;

export const markPreloaded = () => {
  preloaded = true;
};

/** The result of an act: its value, or the error's code. */
async function resultOf(act: () => unknown): Promise<unknown> {
  try {
    return { done: (await act()) ?? true };
  } catch (error) {
    return { refused: error instanceof Error && "code" in error ? error.code : String(error) };
  }
}

const hold: unknown[] = [];

const acts: Record<string, (input: Input) => unknown> = {
  echo: (input) => input,
  pid: () => process.pid,
  preloaded: () => preloaded,
  environment: () => process.env,
  arguments: () => process.argv.slice(2),
  list: () => readdirSync("."),
  plantDirectory: () => {
    writeFileSync("plain", "x");
    mkdirSync("folder");
    writeFileSync("folder/hidden", "x");
    return resultOf(() => symlinkSync("/etc/passwd", "link"));
  },
  workingDirectory: () => process.cwd(),
  readInput: () => readFileSync("input", "utf8"),
  hashInput: () => createHash("sha256").update(readFileSync("input")).digest("hex"),
  write: ({ path = "output", text = "" }) => writeFileSync(path, text),
  throwError: () => {
    throw new Error("the task's own words");
  },
  blockForEver: () => {
    for (;;) Math.sqrt(2);
  },
  ignoreSignals: async () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
    writeFileSync("started", "");
    await new Promise(() => setInterval(() => {}, 1000));
  },
  growHeap: () => {
    for (;;) hold.push(new Array(10_000).fill(Math.random()));
  },
  growBuffers: async () => {
    for (;;) {
      hold.push(Buffer.alloc(8 * 1024 * 1024, 1));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  },
  growBuffersAtOnce: () => {
    for (;;) hold.push(Buffer.alloc(64 * 1024 * 1024, 1));
  },
  abort: () => process.abort(),
  segfault: () => process.kill(process.pid, "SIGSEGV"),
  exit: () => process.exit(0),
  floodErrors: () => {
    for (;;) writeSync(2, "x".repeat(65536));
  },
  floodPipe: () => {
    for (;;) writeSync(3, "x".repeat(65536));
  },
  garbage: () => void writeSync(3, "not json\n"),
  forgedAnswer: () => void writeSync(3, '{"type":"value","id":999999,"value":1}\n'),
  hugeAnswer: () => "x".repeat(2 * 1024 * 1024),
  writeMuch: ({ bytes = 0 }) => {
    const file = openSync("output", "w");
    const block = Buffer.alloc(1024 * 1024, 7);
    for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
    closeSync(file);
  },
  writeManyAndStay: async ({ bytes = 0 }) => {
    writeFileSync("one", Buffer.alloc(bytes / 2));
    writeFileSync("two", Buffer.alloc(bytes));
    await new Promise(() => setInterval(() => {}, 1000));
  },
  sparseFile: ({ bytes = 0 }) => {
    writeFileSync("output", "");
    truncateSync("output", bytes);
  },
  read: ({ path = "" }) => resultOf(() => readFileSync(path, "utf8").length),
  writeElsewhere: ({ path = "" }) => resultOf(() => writeFileSync(path, "x")),
  connectTo: ({ port = 0, path = "127.0.0.1" }) =>
    resultOf(() => once(connect(port, path), "connect").then(() => "connected")),
  connectToFile: ({ path = "" }) => resultOf(() => once(connect(path), "connect").then(() => "connected")),
  fetch: ({ path = "" }) =>
    resultOf(() => fetch(path, { signal: AbortSignal.timeout(5000) }).then(({ status }) => status)),
  sendDatagram: ({ port = 0 }) =>
    resultOf(() => {
      const socket = createSocket("udp4");
      return new Promise((resolve, reject) => {
        socket.on("error", reject);
        socket.send("x", port, "127.0.0.1", (error) => (error === null ? resolve("sent") : reject(error)));
      });
    }),
  listFolder: ({ path = "" }) => resultOf(() => readdirSync(path).length),
  remove: ({ path = "" }) => resultOf(() => rmSync(path)),
  rename: ({ path = "" }) => resultOf(() => renameSync(path, "mine")),
  linkTo: ({ path = "" }) => resultOf(() => linkSync(path, "mine")),
  signal: ({ pid = 0 }) => resultOf(() => process.kill(pid, "SIGKILL")),
  listen: () =>
    resultOf(() => once(createServer().listen(0, "127.0.0.1"), "listening").then(() => "listening")),
  spawn: () => resultOf(() => once(spawn("/bin/true"), "exit").then(() => "ran")),
  execute: () => resultOf(() => new Promise((_, reject) => execFile("/bin/true", reject))),
  kill: ({ pid = 0 }) => resultOf(() => process.kill(pid, 0)),
  ...sabotage,
};

export async function runTask(input: unknown): Promise<unknown> {
  const { act } = input as Input;
  return acts[act]?.(input as Input);
}
