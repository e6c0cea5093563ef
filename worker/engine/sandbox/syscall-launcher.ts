// The strong launcher: Perl gives up rights by system call and then becomes the child. Linux only.
import { existsSync } from "node:fs";
import type { Launcher } from "./launch-request.ts";
import {
  filterSteps,
  landlockSteps,
  launcherNumbers,
  launcherScript,
  limitSteps,
  newestLandlock,
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

/**
 * Tries sets of steps, each in a process of its own that then runs a program: one start for all of them, since each costs the worker
 * milliseconds of its start. Takes the launcher's script, the sets with and without the filter, and one set for every Landlock ABI;
 * prints the kernel's ABI (landlock_create_ruleset(2)) and for each set that it tried the status of its process.
 */
const tryScript = `
my ($perl, $launch, $newest, @sets) = @ARGV;
my $version = syscall(444, 0, 0, 1);
my @tried = @sets[0, 1];
push @tried, $sets[1 + ($version < $newest ? $version : $newest)] if $version > 0;
my @children = map {
  my $child = fork() // die "fork: $!";
  exec { $perl } $perl, "-e", $launch, split(/ /, $_), "--", $perl, "-e", "1" or die "exec: $!" unless $child;
  $child;
} @tried;
print join " ", $version, map { waitpid($_, 0); $? } @children;
`;

/** What works here: any step at all, the filter, and which ABI of Landlock (0: none). */
type Works = { started: boolean; filtered: boolean; landlock: number };

async function tried(privileges: readonly string[], filter: readonly string[]): Promise<Works> {
  const anywhere = { read: [], run: ["/"], write: [] };
  const landlocks = Array.from({ length: newestLandlock }, (_, index) => landlockSteps(index + 1, anywhere));
  const sets = [[], filter, ...landlocks].map((steps) => [...privileges, ...steps].join(" "));
  const args = ["-e", tryScript, perl, launcherScript, String(newestLandlock), ...sets];
  const [version = 0, ...statuses] = ((await outputOf(perl, args)) ?? "").split(" ").map(Number);
  const [started, filtered, landlocked] = statuses.map((status) => status === 0);
  return {
    started: started === true,
    filtered: filtered === true,
    landlock: landlocked === true ? version : 0,
  };
}

/** The launcher; undefined if Perl or the call numbers are missing. */
export async function syscallLauncher(platform: string, architecture: string): Promise<Launcher | undefined> {
  const calls = platform === "linux" && existsSync(perl) ? launcherNumbers(architecture) : undefined;
  if (!calls) return undefined;
  const privileges = noNewPrivilegesSteps(calls);
  const filter = filterSteps(calls, architecture);
  const { started, filtered, landlock } = await tried(privileges, filter);
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
