// Kills worker processes that outlive a campaign which was itself killed. A worker's tether cannot do that while the worker
// is stopped (SIGSTOP) or its event loop is blocked.
import { spawn } from "node:child_process";

/** A watcher process. It dies with the campaign, after the workers it watches. */
export type Reaper = {
  watch: (pid: number) => void;
  /** The process has exited: its id may soon belong to another one. */
  forget: (pid: number) => void;
  /** Kills what is still watched and ends the watcher. */
  close: () => void;
};

/**
 * Reads `+ PID` and `- PID` lines. End of input means that the campaign has closed its end or has died, in whatever way:
 * the kernel closes a dead process's pipes. SIGKILL also ends stopped processes.
 */
const program = `
trap '' INT TERM HUP
pids=
while read -r sign pid; do
  rest=
  for one in $pids; do [ "$one" = "$pid" ] || rest="$rest $one"; done
  pids=$rest
  [ "$sign" = + ] && pids="$pids $pid"
done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
`;

/** Starts a watcher in its own session, so that neither Ctrl-C nor the end of a terminal reaches it. */
export function startReaper(): Reaper {
  const child = spawn("/bin/sh", ["-c", program], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.on("error", () => {
    // Without /bin/sh, workers rely on their tether alone.
  });
  child.stdin.on("error", () => {});
  child.unref();
  const note = (sign: "+" | "-", pid: number) => {
    // 0 stands for a process that could not be started; to kill(2) it is a whole process group.
    if (pid > 1) child.stdin.write(`${sign} ${pid}\n`);
  };
  return {
    watch: (pid) => note("+", pid),
    forget: (pid) => note("-", pid),
    close: () => void child.stdin.end(),
  };
}
