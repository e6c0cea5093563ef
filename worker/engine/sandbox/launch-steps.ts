// The steps between the worker and a sandbox child: a process that gives up rights by system call and then becomes Node.
// Node cannot call prctl, seccomp or Landlock itself; Perl can, and perl-base is on every Debian image.
import { ownPidPlaceholder, seccompFilter } from "./seccomp-filter.ts";

/** Takes the steps as arguments and the command after `--`. A failing step ends the launch with its name. */
export const launcherScript = `
use strict; use warnings;
sub call { my ($name, @call) = @_; my $got = syscall(shift(@call), @call); die "$name: $!\\n" if $got == -1; $got }
my ($ruleset, $handled);
while (defined(my $step = shift @ARGV)) {
  last if $step eq "--";
  my ($name, @with) = split /:/, $step, 4;
  if ($name eq "limit") { call($name, $with[0]+0, 0, $with[1]+0, pack("QQ", $with[2], $with[2]), 0) }
  elsif ($name eq "prctl") { call($name, $with[0]+0, $with[1]+0, $with[2]+0, 0, 0, 0) }
  elsif ($name eq "parent") { die "parent: gone\\n" if getppid() != $with[0] }
  elsif ($name eq "ruleset") {
    my $rules = pack("QQQ", @with); $handled = $with[0];
    $ruleset = call($name, 444, $rules, length($rules), 0);
  }
  elsif ($name eq "path") {
    my ($rights, $path) = split /:/, join(":", @with), 2;
    next unless sysopen(my $file, $path, 0x280000);
    $rights &= 0x${(0xc007).toString(16)} unless -d $path;
    call($name, 445, $ruleset, 1, pack("Ql", $rights & $handled, fileno($file)), 0);
  }
  elsif ($name eq "enforce") { call($name, 446, $ruleset, 0) }
  elsif ($name eq "filter") {
    my $program = pack("H*", $with[1]); my ($any, $own) = map { pack("V", $_) } ${ownPidPlaceholder}, $$;
    $program =~ s/\\Q$any\\E/$own/g;
    call($name, $with[0]+0, 22, 2, pack("Sx6P", length($program) / 8, $program), 0, 0);
  }
  else { die "unknown step $name\\n" }
}
exec { $ARGV[0] } @ARGV or die "exec: $!\\n";
`;

type Numbers = { prctl: number; prlimit: number };

const numbers: Record<string, Numbers> = {
  x64: { prctl: 157, prlimit: 302 },
  arm64: { prctl: 167, prlimit: 261 },
};

/** The numbers of the launcher's system calls; undefined for unknown architectures. */
export const launcherNumbers = (architecture: string): Numbers | undefined => numbers[architecture];

/** Resource limits (setrlimit(2)), both hard and soft. */
export type ResourceLimits = { dataBytes: number; fileBytes: number; cpuSeconds: number };

/** Descriptors of a child: Node has about 25 open. Each could hold a full pipe, which no other limit counts. */
const openFiles = 256;

/** RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_CORE, RLIMIT_NOFILE. */
export function limitSteps({ prlimit }: Numbers, limits: ResourceLimits): string[] {
  const pairs = [
    [0, limits.cpuSeconds],
    [1, limits.fileBytes],
    [2, limits.dataBytes],
    [4, 0],
    [7, openFiles],
  ];
  return pairs.map(([resource, value]) => `limit:${prlimit}:${resource}:${value}`);
}

/** The child dies with its parent (PR_SET_PDEATHSIG, SIGKILL), even if the parent is already gone. */
export function parentDeathSteps({ prctl }: Numbers, parentPid: number): string[] {
  return [`prctl:${prctl}:1:9`, `parent:${parentPid}`];
}

/** PR_SET_NO_NEW_PRIVS: an unprivileged process needs it before Landlock and seccomp. */
export const noNewPrivilegesSteps = ({ prctl }: Numbers): string[] => [`prctl:${prctl}:38:1`];

const [execute, writeFile, readFile, readDirectory] = [1, 2, 4, 8];
const fileRights = 0x1fff;
const truncate = 0x4000;
const [removeFile, makeFile] = [0x20, 0x100];
/** In its own directory a child makes, reads and removes plain files: no folders, links, sockets, devices or programs. */
const inOwnDirectory = readFile | readDirectory | writeFile | truncate | removeFile | makeFile;

/** The ABI of Landlock whose rights are the newest that `landlockSteps` knows. */
export const newestLandlock = 6;

/**
 * Landlock rules (linux/landlock.h): the child cannot read or write files outside these paths, nor trace or signal other
 * processes. TCP and abstract sockets are refused where the ABI supports it.
 * @param abi version reported by the kernel
 */
export function landlockSteps(
  abi: number,
  paths: { read: string[]; run: string[]; write: string[] },
): string[] {
  const files = fileRights | (abi >= 2 ? 0x2000 : 0) | (abi >= 3 ? truncate : 0) | (abi >= 5 ? 0x8000 : 0);
  return [
    `ruleset:${files}:${abi >= 4 ? 3 : 0}:${abi >= 6 ? 3 : 0}`,
    ...paths.read.map((path) => `path:${readFile | readDirectory}:${path}`),
    ...paths.run.map((path) => `path:${readFile | readDirectory | execute}:${path}`),
    ...paths.write.map((path) => `path:${inOwnDirectory}:${path}`),
    "enforce",
  ];
}

/** The system-call filter. It must be the last step, because it forbids the calls of the other steps. */
export function filterSteps({ prctl }: Numbers, architecture: string): string[] {
  const filter = seccompFilter(architecture);
  return filter ? [`filter:${prctl}:${filter.toString("hex")}`] : [];
}
