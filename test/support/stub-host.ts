// A machine for the boot scripts: a folder as its root, and a PATH on which every program that would change a machine is a
// stub that notes its call, fails as told, or answers as an instance would.
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Programs that only read and write texts; the scripts use the real ones. */
const real = ["awk", "bash", "cat", "chmod", "date", "mkdir", "rm", "sed", "tail", "tr"];

const stubbed = ["aws", "curl", "dnf", "journalctl", "shutdown", "sleep", "systemctl", "timeout"];

/** Notes the call; fails the first COUNT calls (-1: all) that match the pattern of a line `COUNT PATTERN` of `fails`. */
const stub = `#!/bin/bash
call="\${0##*/} $*"
[[ $call != timeout* ]] || { shift; exec "$@"; }
echo "$call" >> "$HOST/calls"
while read -r count pattern; do
  [[ $call =~ $pattern ]] || continue
  echo "$pattern" >> "$HOST/failed"
  times=0
  while read -r one; do [[ $one != "$pattern" ]] || times=$((times + 1)); done < "$HOST/failed"
  if ((count < 0 || times <= count)); then echo "no: \\"$call\\" \\\\ 	é" >&2; exit 7; fi
done < "$HOST/fails"
case $call in
  "curl"*"/api/token") echo token ;;
  "curl"*"/meta-data/instance-id") cat "$HOST/instance-id" ;;
  "aws ecr get-login-password"*) echo password ;;
  "dnf"*) cat "$HOST/stubs/aws" > "$HOST/stubs/docker"; chmod 755 "$HOST/stubs/docker" ;;
  "docker login"*) [[ $(cat) == password ]] ;;
  "docker image inspect"*) [[ -f $HOST/has-image ]] ;;
  "systemctl is-active"*) cat "$HOST/unit-state" ;;
  "journalctl"*) echo 'the last words of the unit' ;;
  "aws logs put-log-events"*) cat "\${call##*file://}" >> "$HOST/shipped"; echo >> "$HOST/shipped" ;;
esac
`;

/** One event as CloudWatch Logs would take it. */
export type ShippedEvent = { timestamp: number; message: string };

/** A stub machine. */
export type StubHost = ReturnType<typeof stubHost>;

/** Makes one. `fails` are patterns of calls with how often each fails; -1 is always. */
export function stubHost(
  options: { fails?: Record<string, number>; docker?: boolean; image?: boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-host-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [stubs, root] = [join(folder, "stubs"), join(folder, "root")];
  for (const path of [stubs, join(root, "dev"), join(root, "proc")]) mkdirSync(path, { recursive: true });
  for (const name of real)
    symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(stubs, name));
  for (const name of [...stubbed, ...(options.docker ? ["docker"] : [])]) {
    writeFileSync(join(stubs, name), stub);
    chmodSync(join(stubs, name), 0o755);
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("calls", "");
  write("instance-id", "i-0123456789abcdef0");
  write("unit-state", "active");
  if (options.image) write("has-image", "");
  write("root/proc/meminfo", "MemTotal:        3900000 kB\nMemFree: 1 kB\n");
  const fail = (fails: Record<string, number>) =>
    write(
      "fails",
      Object.entries(fails)
        .map(([pattern, count]) => `${count} ${pattern}\n`)
        .join(""),
    );
  fail(options.fails ?? {});
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  const start = (args: string[], input: string, withRoot = root) => {
    const env = { PATH: stubs, HOST: folder, FIFO_FLEET_ROOT: withRoot };
    const child = spawn(join(stubs, "bash"), args, { env, stdio: ["pipe", "inherit", "pipe"] });
    child.stdin.end(input);
    const ended = new Promise<number | string | null>((resolve) =>
      child.once("close", (code, signal) => resolve(code ?? signal)),
    );
    return { child, ended };
  };
  return {
    root,
    fail,
    start,
    write,
    /** Runs a script's text as cloud-init does, to its end. */
    run: (script: string, withRoot = root) => start([], script, withRoot).ended,
    /** Runs a script that the boot wrote. */
    runFile: (path: string) => start([join(root, path)], "").ended,
    file: (path: string) => read(join("root", path)),
    calls: () =>
      read("calls")
        .split("\n")
        .filter((line) => line !== ""),
    console: () => read("root/dev/console"),
    /** The events of every call to CloudWatch Logs. */
    shipped: () =>
      read("shipped")
        .split("\n")
        .filter((line) => line !== "")
        .flatMap((line) => JSON.parse(line) as ShippedEvent[]),
  };
}
