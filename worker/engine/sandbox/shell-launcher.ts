// The weaker launcher: a shell's limits, plus util-linux's tools if present. For systems without Perl, and for Macs.
import { existsSync } from "node:fs";
import type { Launcher } from "./launch-request.ts";
import type { ResourceLimits } from "./launch-steps.ts";
import { outputOf } from "./try-command.ts";

const shell = "/bin/sh";
const dieWithParent = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];
const withoutNetwork = ["unshare", "--user", "--net"];

async function works(prefix: readonly string[]): Promise<boolean> {
  return (await outputOf("/usr/bin/env", [...prefix, shell, "-c", ":"])) !== undefined;
}

/** Limits in the shell's units: KiB of data, blocks of 512 bytes per file. A Mac has no limit for data. */
function script({ cpuSeconds, fileBytes, dataBytes }: ResourceLimits, linux: boolean): string {
  const limits = [
    "ulimit -c 0",
    `ulimit -t ${cpuSeconds}`,
    `ulimit -f ${Math.ceil(fileBytes / 512)}`,
    ...(linux ? [`ulimit -d ${Math.ceil(dataBytes / 1024)}`] : []),
  ];
  return `PATH=/usr/local/bin:/usr/bin:/bin; ${limits.join("; ")}; exec "$@"`;
}

/** The launcher; undefined without a shell. */
export async function shellLauncher(platform: string): Promise<Launcher | undefined> {
  if (!existsSync(shell)) return undefined;
  const linux = platform === "linux";
  const [dying, alone] = linux
    ? await Promise.all([works(dieWithParent), works(withoutNetwork)])
    : [false, false];
  const prefix = [...(alone ? withoutNetwork : []), ...(dying ? dieWithParent : [])];
  return {
    confinement: {
      network: alone ? "network-namespace" : "none",
      files: "none",
      parentDeath: dying ? "signal" : "cpu-limit",
      limits: "shell",
    },
    wrap: ({ command, limits }) => ({
      file: shell,
      args: ["-c", script(limits, linux), "sandbox-child", ...prefix, ...command],
    }),
  };
}
