// The system-call filter of a sandbox child, as a classic BPF program for seccomp(2). Pure data and arithmetic.
// It is a deny-list on purpose: V8 and native decoders use a wide, changing set of calls; the forbidden set is small.

/** Placeholder for the child's own process id, which is known only once it exists. */
export const ownPidPlaceholder = 0xfee1dead;

type Architecture = {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  /** Calls that fail with EPERM: sockets, other processes, kernel doors. */
  denied: readonly number[];
  clone: number;
  /** Calls whose first argument is a process id and must be the caller's own: kill, tgkill. */
  signalling: readonly number[];
  /** Sets limits of any process of the same user. A child may only name itself (0); otherwise it could end the worker. */
  prlimit: number;
  /** Set what a descriptor does; a few of the commands send signals to a process of the caller's choice. */
  fcntl: number;
  ioctl: number;
  /** Numbers from here on belong to another ABI (x32) and are refused. */
  foreignFrom?: number;
};

// Numbers from the kernel's asm/unistd.h of each architecture, in the same order in both lists:
// socket socketpair connect bind listen accept accept4 sendto; io_uring_setup; fork vfork; ptrace process_vm_readv
// process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal tkill rt_sigqueueinfo rt_tgsigqueueinfo; unshare setns
// mount bpf perf_event_open userfaultfd add_key request_key keyctl; setpriority sched_setparam sched_setscheduler sched_setaffinity sched_setattr ioprio_set migrate_pages move_pages process_madvise process_mrelease kcmp;
// chroot pivot_root umount2 open_by_handle_at open_tree move_mount fsopen mount_setattr kexec_load init_module finit_module delete_module reboot;
// Landlock does not hold these back, and the worker's user owns more than the child's directory:
// chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr
// fremovexattr utime utimes futimesat utimensat mknod mknodat; what the user's processes share a quota of, or no limit counts:
// inotify_init inotify_init1 fanotify_init memfd_create memfd_secret shmget semget msgget mq_open; setpgid setsid sync syncfs;
// the machine's clock: settimeofday clock_settime adjtimex clock_adjtime.
const architectures: Record<string, Architecture> = {
  x64: {
    audit: 0xc000003e,
    denied: [
      41, 53, 42, 49, 50, 43, 288, 44, 425, 57, 58, 101, 310, 311, 434, 438, 424, 200, 129, 297, 272, 308,
      165, 321, 298, 323, 248, 249, 250, 141, 142, 144, 203, 314, 251, 256, 279, 440, 448, 312, 161, 155, 166,
      304, 428, 429, 430, 442, 246, 175, 313, 176, 169, 90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197,
      198, 199, 132, 235, 261, 280, 133, 259, 253, 294, 300, 319, 447, 29, 64, 68, 240, 109, 112, 162, 306,
      164, 227, 159, 305,
    ],
    clone: 56,
    signalling: [62, 234],
    prlimit: 302,
    fcntl: 72,
    ioctl: 16,
    foreignFrom: 0x40000000,
  },
  arm64: {
    audit: 0xc00000b7,
    denied: [
      198, 199, 203, 200, 201, 202, 242, 206, 425, 117, 270, 271, 434, 438, 424, 130, 138, 240, 97, 268, 40,
      280, 241, 282, 217, 218, 219, 140, 118, 119, 122, 274, 30, 238, 239, 440, 448, 272, 51, 41, 39, 265,
      428, 429, 430, 442, 104, 105, 273, 106, 142, 52, 53, 452, 55, 54, 5, 6, 7, 14, 15, 16, 88, 33, 26, 262,
      279, 447, 194, 190, 186, 180, 154, 157, 81, 267, 170, 112, 171, 266,
    ],
    clone: 220,
    signalling: [129, 131],
    prlimit: 261,
    fcntl: 25,
    ioctl: 29,
  },
};

const clone3 = 435; // The same on every architecture; ENOSYS makes the C library fall back to clone.
const cloneThread = 0x10000;
const numberOffset = 0;
const architectureOffset = 4;
const firstArgumentOffset = 16;
const secondArgumentOffset = 24;
/**
 * F_SETOWN F_SETSIG F_SETOWN_EX: the kernel would send a signal, SIGKILL even, to the worker when a descriptor is ready.
 * F_SETLEASE F_NOTIFY: more signals. F_SETPIPE_SZ: takes from what all pipes of the user may hold.
 */
const descriptorCommands = [8, 10, 15, 1024, 1026, 1031];
/** FIOSETOWN SIOCSPGRP: the same by another door. TIOCSTI TIOCSPGRP: terminals. FS_IOC_SETFLAGS FS_IOC_FSSETXATTR: files that cannot be removed. */
const deviceCommands = [0x8901, 0x8902, 0x5412, 0x5410, 0x40086602, 0x401c5820];
const [eperm, enosys] = [1, 38];

const load = (offset: number) => instruction(0x20, 0, 0, offset);
const jumpIfEqual = (value: number, yes: number, no: number) => instruction(0x15, yes, no, value);
const jumpIfAtLeast = (value: number, yes: number, no: number) => instruction(0x35, yes, no, value);
const jumpIfAnyBit = (bits: number, yes: number, no: number) => instruction(0x45, yes, no, bits);
const allow = instruction(0x06, 0, 0, 0x7fff0000);
const kill = instruction(0x06, 0, 0, 0x80000000);
const fail = (errno: number) => instruction(0x06, 0, 0, 0x00050000 | errno);

/** One `struct sock_filter`: code, jump if true, jump if false, operand. */
function instruction(code: number, yes: number, no: number, operand: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(yes, 2);
  bytes.writeUInt8(no, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}

/** For call `number`: allowed if its first argument passes the test, EPERM otherwise. */
function allowOnlyIf(number: number, test: Buffer): Buffer[] {
  return [jumpIfEqual(number, 0, 4), load(firstArgumentOffset), test, allow, fail(eperm)];
}

/** For call `number`: EPERM if its second argument is one of these. */
function refuseCommands(number: number, commands: readonly number[]): Buffer[] {
  const each = commands.flatMap((command) => [jumpIfEqual(command, 0, 1), fail(eperm)]);
  return [jumpIfEqual(number, 0, each.length + 2), load(secondArgumentOffset), ...each, allow];
}

/** The filter for an architecture (as in `process.arch`); undefined if its call numbers are unknown. */
export function seccompFilter(architecture: string): Buffer | undefined {
  const known = architectures[architecture];
  if (!known) return undefined;
  return Buffer.concat([
    load(architectureOffset),
    jumpIfEqual(known.audit, 1, 0),
    kill,
    load(numberOffset),
    ...(known.foreignFrom ? [jumpIfAtLeast(known.foreignFrom, 0, 1), fail(eperm)] : []),
    ...known.denied.flatMap((number) => [jumpIfEqual(number, 0, 1), fail(eperm)]),
    jumpIfEqual(clone3, 0, 1),
    fail(enosys),
    ...allowOnlyIf(known.clone, jumpIfAnyBit(cloneThread, 0, 1)),
    ...known.signalling.flatMap((number) => allowOnlyIf(number, jumpIfEqual(ownPidPlaceholder, 0, 1))),
    ...allowOnlyIf(known.prlimit, jumpIfEqual(0, 0, 1)),
    ...refuseCommands(known.fcntl, descriptorCommands),
    ...refuseCommands(known.ioctl, deviceCommands),
    allow,
  ]);
}
