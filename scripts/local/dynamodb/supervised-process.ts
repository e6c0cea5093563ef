// One run of the DynamoDB program, which cannot outlive its parent. Knows processes, not DynamoDB's API.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What to run. `temporaryDirectory` is removed when the parent ends, even when it is killed. */
export type ProgramRun = {
  path: string;
  port: number;
  databaseFile: string;
  temporaryDirectory: string | undefined;
};

/** A running program. */
export type SupervisedProcess = {
  processId: Promise<number | undefined>;
  /** The last lines of its standard error. */
  complaints: () => string;
  /** Resolves with a sentence when the program has ended, for any reason. */
  ended: Promise<string>;
  /** Kills the program. This is safe: every answered write is already in its write-ahead log. */
  stop: () => Promise<void>;
};

/**
 * The shell reads a pipe whose only writer is this process. When this process ends, even by SIGKILL, the kernel closes
 * the pipe, `cat` sees the end of file and the shell kills the program. Before that the shell has closed its own
 * outputs: writing to a pipe without a reader would end it too early. The separate process group keeps a terminal's
 * Ctrl-C from reaching the database before the services that still write to it.
 */
const script = `
exec 3<&0
ending=
"$1" serve --host 127.0.0.1 --port "$2" --db-path "$3" </dev/null 3<&- &
program=$!
trap 'ending=yes; kill -9 "$program"' TERM
echo "$program"
{ cat >/dev/null; kill -TERM $$; } <&3 2>/dev/null &
watcher=$!
exec 3<&- </dev/null >/dev/null 2>&1
wait "$program"
status=$?
if [ -n "$ending" ]; then
  wait "$program"
  [ -z "$4" ] || rm -rf -- "$4"
else
  kill "$watcher" 2>/dev/null
fi
exit "$status"
`;

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `status ${code}`}`));
  });
}

/** Starts the program under a shell that kills it when this process ends. */
export function superviseProgram(run: ProgramRun): SupervisedProcess {
  const parameters = [run.path, String(run.port), run.databaseFile, run.temporaryDirectory ?? ""];
  const child = spawn("sh", ["-c", script, "sh", ...parameters], { detached: true, stdio: "pipe" });
  const ended = endOf(child);
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = `${complaints}${chunk}`.slice(-2000);
  });
  child.stdin.on("error", () => undefined);
  const firstLine = new Promise<number | undefined>((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => resolve(Number(line)));
    lines.once("close", () => resolve(undefined));
  });
  void ended.then(() => child.stdin.destroy());
  return {
    processId: firstLine,
    complaints: () => complaints.trim(),
    ended,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
