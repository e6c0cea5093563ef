// Numbers of system calls, taken from the kernel's headers (Linux 6.1, package linux-libc-dev): asm/unistd_64.h for x64,
// asm-generic/unistd.h with what arm64's asm/unistd.h asks of it. A call without a number does not exist there.

/** One call's numbers. */
type Numbers = { x64: number; arm64?: number };

/** Calls a decoder never needs: sockets, other processes, kernel interfaces. */
export const callsToRefuse: Readonly<Record<string, Numbers>> = {
  socket: { x64: 41, arm64: 198 },
  socketpair: { x64: 53, arm64: 199 },
  connect: { x64: 42, arm64: 203 },
  bind: { x64: 49, arm64: 200 },
  listen: { x64: 50, arm64: 201 },
  accept: { x64: 43, arm64: 202 },
  accept4: { x64: 288, arm64: 242 },
  sendto: { x64: 44, arm64: 206 },
  io_uring_setup: { x64: 425, arm64: 425 },
  fork: { x64: 57 },
  vfork: { x64: 58 },
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  pidfd_open: { x64: 434, arm64: 434 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  pidfd_send_signal: { x64: 424, arm64: 424 },
  tkill: { x64: 200, arm64: 130 },
  rt_sigqueueinfo: { x64: 129, arm64: 138 },
  rt_tgsigqueueinfo: { x64: 297, arm64: 240 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  mount: { x64: 165, arm64: 40 },
  bpf: { x64: 321, arm64: 280 },
  perf_event_open: { x64: 298, arm64: 241 },
  userfaultfd: { x64: 323, arm64: 282 },
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  setpriority: { x64: 141, arm64: 140 },
  sched_setparam: { x64: 142, arm64: 118 },
  sched_setscheduler: { x64: 144, arm64: 119 },
  sched_setaffinity: { x64: 203, arm64: 122 },
  sched_setattr: { x64: 314, arm64: 274 },
  ioprio_set: { x64: 251, arm64: 30 },
  migrate_pages: { x64: 256, arm64: 238 },
  move_pages: { x64: 279, arm64: 239 },
  process_madvise: { x64: 440, arm64: 440 },
  process_mrelease: { x64: 448, arm64: 448 },
  kcmp: { x64: 312, arm64: 272 },
  chroot: { x64: 161, arm64: 51 },
  pivot_root: { x64: 155, arm64: 41 },
  umount2: { x64: 166, arm64: 39 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  open_tree: { x64: 428, arm64: 428 },
  move_mount: { x64: 429, arm64: 429 },
  fsopen: { x64: 430, arm64: 430 },
  mount_setattr: { x64: 442, arm64: 442 },
  kexec_load: { x64: 246, arm64: 104 },
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  reboot: { x64: 169, arm64: 142 },
};

/** Calls without which Node cannot run. */
export const callsToAllow: Readonly<Record<string, Numbers>> = {
  read: { x64: 0, arm64: 63 },
  write: { x64: 1, arm64: 64 },
  openat: { x64: 257, arm64: 56 },
  close: { x64: 3, arm64: 57 },
  mmap: { x64: 9, arm64: 222 },
  munmap: { x64: 11, arm64: 215 },
  mprotect: { x64: 10, arm64: 226 },
  brk: { x64: 12, arm64: 214 },
  madvise: { x64: 28, arm64: 233 },
  futex: { x64: 202, arm64: 98 },
  epoll_pwait: { x64: 281, arm64: 22 },
  ppoll: { x64: 271, arm64: 73 },
  exit_group: { x64: 231, arm64: 94 },
  execve: { x64: 59, arm64: 221 },
  getrandom: { x64: 318, arm64: 278 },
  rt_sigaction: { x64: 13, arm64: 134 },
  sched_getaffinity: { x64: 204, arm64: 123 },
  statx: { x64: 332, arm64: 291 },
  prlimit64: { x64: 302, arm64: 261 },
};

/** Calls that depend on their first argument, and the one that is reported as missing. */
export const callsToJudge = {
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  kill: { x64: 62, arm64: 129 },
  tgkill: { x64: 234, arm64: 131 },
  prctl: { x64: 157, arm64: 167 },
} as const;

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h. */
export const auditArchitectures = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
