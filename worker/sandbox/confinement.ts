// What the platform can take away from a decode child, found out once by trying it, and the command that does so.
// Levels differ by kernel and container; whatever is missing is named, never passed over in silence.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import {
  filterSteps,
  landlockSteps,
  launcherNumbers,
  launcherScript,
  limitSteps,
  noNewPrivilegesSteps,
  parentDeathSteps,
  type ResourceLimits,
} from "./launcher.ts";

/** What holds a child besides Node's own permission model. Each name says by which mechanism, or `none`. */
export type Confinement = {
  /** Opening any socket fails. */
  network: "seccomp" | "network-namespace" | "none";
  /** Native code, too, sees only its own files; `none` leaves Node's permission model, which binds JavaScript. */
  files: "landlock" | "none";
  /** A child stuck in a loop dies with the worker; `cpu-limit`: only when its CPU seconds are used up. */
  parentDeath: "signal" | "cpu-limit" | "none";
  /** Memory and file sizes are bounded by the kernel, not only by watching. */
  limits: "kernel" | "shell" | "none";
};

/** What a child may touch, and its bounds. */
export type LaunchRequest = {
  command: readonly string[];
  readable: readonly string[];
  directory: string;
  limits: ResourceLimits;
};

/** How children are started on this platform: what holds them, and a request turned into an argument vector. */
export type Launcher = {
  confinement: Confinement;
  wrap: (request: LaunchRequest) => { file: string; args: string[] };
};

const perl = "/usr/bin/perl";
const shell = "/bin/sh";
const run = promisify(execFile);

/** System files a program needs to start: the loader, libraries, and harmless devices. */
const systemPaths = [
  "/lib",
  "/lib64",
  "/usr/lib",
  "/usr/lib64",
  "/etc/ld.so.cache",
  "/etc/ssl",
  "/dev/null",
  "/dev/urandom",
];

async function succeeds(file: string, args: readonly string[]): Promise<string | undefined> {
  return run(file, [...args], { env: {}, timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

const perlWith = (steps: readonly string[], command: readonly string[]) => [
  "-e",
  launcherScript,
  ...steps,
  "--",
  ...command,
];

/**
 * Finds the strongest launcher that works here: system calls through Perl on Linux, else util-linux, else a shell
 * with `ulimit`, else nothing. Takes some tens of milliseconds.
 */
export async function probeLauncher(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<Launcher> {
  const calls = platform === "linux" && existsSync(perl) ? launcherNumbers(architecture) : undefined;
  const nothing = [perl, "-e", "1"];
  if (!calls || (await succeeds(perl, perlWith(noNewPrivilegesSteps(calls), nothing))) === undefined) {
    return shellLauncher(platform);
  }
  const privileges = noNewPrivilegesSteps(calls);
  const filter = filterSteps(calls, architecture);
  const anywhere = { read: [], run: ["/"], write: [] };
  const [abiText, filtered] = await Promise.all([
    succeeds(perl, ["-e", "print syscall(444, 0, 0, 1)"]),
    succeeds(perl, perlWith([...privileges, ...filter], nothing)),
  ]);
  const abi = Math.max(0, Number(abiText ?? 0));
  const landlocked =
    abi > 0 &&
    (await succeeds(perl, perlWith([...privileges, ...landlockSteps(abi, anywhere)], nothing))) !== undefined;
  const network = filtered === undefined || filter.length === 0 ? "none" : "seccomp";
  return {
    confinement: {
      network,
      files: landlocked ? "landlock" : "none",
      parentDeath: "signal",
      limits: "kernel",
    },
    wrap: ({ command, readable, directory, limits }) => ({
      file: perl,
      args: perlWith(
        [
          ...parentDeathSteps(calls, process.pid),
          ...privileges,
          ...limitSteps(calls, limits),
          ...(landlocked
            ? landlockSteps(abi, {
                read: [...systemPaths, ...readable],
                run: [command[0] ?? "", "/lib", "/lib64", "/usr/lib", "/usr/lib64"],
                write: [directory],
              })
            : []),
          ...(network === "seccomp" ? filter : []),
        ],
        command,
      ),
    }),
  };
}

/** Without system calls: a shell's limits, and the tools of util-linux where there are any. */
async function shellLauncher(platform: string): Promise<Launcher> {
  if (!existsSync(shell)) {
    return {
      confinement: { network: "none", files: "none", parentDeath: "none", limits: "none" },
      wrap: ({ command }) => ({ file: command[0] ?? "", args: command.slice(1) }),
    };
  }
  const linux = platform === "linux";
  const dying = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];
  const alone = ["unshare", "--user", "--net"];
  const [diesWithParent, hasNamespace] = await Promise.all(
    [dying, alone].map(
      async (prefix) =>
        linux && (await succeeds("/usr/bin/env", [...prefix, shell, "-c", ":"])) !== undefined,
    ),
  );
  return {
    confinement: {
      network: hasNamespace ? "network-namespace" : "none",
      files: "none",
      parentDeath: diesWithParent ? "signal" : "cpu-limit",
      limits: "shell",
    },
    wrap: ({ command, limits }) => ({
      file: shell,
      args: [
        "-c",
        `PATH=/usr/local/bin:/usr/bin:/bin; ulimit -c 0; ulimit -t ${limits.cpuSeconds}; ulimit -f ${Math.ceil(limits.fileBytes / 512)}; ` +
          `${linux ? `ulimit -d ${Math.ceil(limits.dataBytes / 1024)}; ` : ""}exec "$@"`,
        "sandbox-child",
        ...(hasNamespace ? alone : []),
        ...(diesWithParent ? dying : []),
        ...command,
      ],
    }),
  };
}
