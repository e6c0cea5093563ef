// The strong launcher: Perl gives up rights by system call and then becomes the child. Linux only.
import { existsSync } from "node:fs";
import type { Launcher } from "./launch-request.ts";
import {
  filterSteps,
  landlockSteps,
  launcherNumbers,
  launcherScript,
  limitSteps,
  noNewPrivilegesSteps,
  parentDeathSteps,
} from "./launch-steps.ts";
import { outputOf } from "./try-command.ts";

const perl = "/usr/bin/perl";

/** What every program reads to start: the loader, libraries, and harmless devices. */
const libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];
const systemFiles = ["/etc/ld.so.cache", "/etc/ssl", "/dev/null", "/dev/urandom"];

const perlArguments = (steps: readonly string[], command: readonly string[]) => [
  "-e",
  launcherScript,
  ...steps,
  "--",
  ...command,
];

/** True when a program can run after these steps. */
async function works(steps: readonly string[]): Promise<boolean> {
  return (await outputOf(perl, perlArguments(steps, [perl, "-e", "1"]))) !== undefined;
}

/** The launcher; undefined if Perl or the call numbers are missing. */
export async function syscallLauncher(platform: string, architecture: string): Promise<Launcher | undefined> {
  const calls = platform === "linux" && existsSync(perl) ? launcherNumbers(architecture) : undefined;
  if (!calls) return undefined;
  const privileges = noNewPrivilegesSteps(calls);
  const filter = filterSteps(calls, architecture);
  const [started, filtered, landlock] = await Promise.all([
    works(privileges),
    works([...privileges, ...filter]),
    landlockVersion(privileges),
  ]);
  if (!started) return undefined;
  return {
    confinement: {
      network: filtered ? "seccomp" : "none",
      files: landlock > 0 ? "landlock" : "none",
      parentDeath: "signal",
      limits: "kernel",
    },
    wrap: ({ command, readable, directory, limits }) => {
      const paths = {
        read: [...libraries, ...systemFiles, ...readable],
        run: [command[0], ...libraries],
        write: [directory],
      };
      const steps = [
        ...parentDeathSteps(calls, process.pid),
        ...privileges,
        ...limitSteps(calls, limits),
        ...(landlock > 0 ? landlockSteps(landlock, paths) : []),
        ...(filtered ? filter : []),
      ];
      return { file: perl, args: perlArguments(steps, command) };
    },
  };
}

/** The ABI version the kernel reports (landlock_create_ruleset(2)); 0 if Landlock is missing or does not work. */
async function landlockVersion(privileges: readonly string[]): Promise<number> {
  const version = Number((await outputOf(perl, ["-e", "print syscall(444, 0, 0, 1)"])) ?? 0);
  if (!(version > 0)) return 0;
  const anywhere = { read: [], run: ["/"], write: [] };
  return (await works([...privileges, ...landlockSteps(version, anywhere)])) ? version : 0;
}
