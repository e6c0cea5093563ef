// The limits under which the image is tested: those of the fleet's unit (infra/constructs/boot-script.ts), with the memory of
// a small instance. A test compares the two.

/** The limits of the container. */
export const containerLimits = {
  memoryMegabytes: 1536,
  temporaryMegabytes: 384,
  processes: 512,
  openFiles: 65536,
  temporaryOptions: ["rw", "noexec", "nosuid", "nodev", "mode=1777"],
} as const;

/** The limits as flags of `docker run`. */
export function dockerFlags(): string[] {
  const { memoryMegabytes, temporaryMegabytes, temporaryOptions, processes, openFiles } = containerLimits;
  return [
    "--read-only",
    `--tmpfs /tmp:${temporaryOptions.join(",")},size=${temporaryMegabytes}m`,
    "--cap-drop ALL",
    "--security-opt no-new-privileges",
    `--pids-limit ${processes}`,
    `--memory ${memoryMegabytes}m`,
    `--memory-swap ${memoryMegabytes}m`,
    `--ulimit nofile=${openFiles}:${openFiles}`,
  ];
}

/** The image's own settings. */
export type ImageConfig = {
  command: readonly string[];
  environment: readonly string[];
  workingDirectory: string;
  uid: number;
  gid: number;
  openFiles: number;
};

/** The limits for an OCI runtime: the `config.json` of a bundle (OCI runtime specification 1.0). */
export function ociConfig(image: ImageConfig, rootfs: string, environment: Readonly<Record<string, string>>) {
  const { memoryMegabytes, temporaryMegabytes, temporaryOptions, processes } = containerLimits;
  const { openFiles } = image;
  const bytes = memoryMegabytes * 1024 ** 2;
  const none: string[] = [];
  return {
    ociVersion: "1.0.2",
    root: { path: rootfs, readonly: true },
    hostname: "fifo-fleet-worker",
    process: {
      terminal: false,
      user: { uid: image.uid, gid: image.gid },
      args: image.command,
      env: [...image.environment, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
      cwd: image.workingDirectory,
      capabilities: { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none },
      noNewPrivileges: true,
      rlimits: [{ type: "RLIMIT_NOFILE", hard: openFiles, soft: openFiles }],
    },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      {
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: [...temporaryOptions, `size=${temporaryMegabytes}m`],
      },
    ],
    linux: {
      // The host's network: the local cloud listens on 127.0.0.1 only.
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      resources: { memory: { limit: bytes, swap: bytes }, pids: { limit: processes } },
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}
