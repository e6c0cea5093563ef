// Every way out of a sandbox child, tried from inside: by JavaScript as a task, and by raw system calls under the same
// confinement, as native code would after an exploited decoder bug.
import { execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { realClock } from "../../../../scripts/local/clock/clock.ts";
import { startMetadata } from "../../../../scripts/local/metadata/metadata.ts";
import { probeLauncher } from "../../../../worker/engine/sandbox/launcher.ts";
import { act, testSandbox } from "../../../support/sandbox.ts";

const launcher = await probeLauncher();
const held = launcher.confinement.network === "seccomp" && launcher.confinement.files === "landlock";
const refused = { refused: expect.any(String) };

async function temporaryFolder(): Promise<string> {
  // Children get permission for real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "escape-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test.skipIf(launcher.confinement.network === "none")(
  "a task reaches neither the instance metadata service, nor the local one, nor any address, by TCP, UDP or fetch",
  async () => {
    const sandbox = await testSandbox();
    const metadata = await startMetadata({ clock: realClock, paths: { "instance-id": "i-1" } });
    onTestFinished(metadata.close);
    const { port } = new URL(metadata.endpoint);
    const heard: string[] = [];
    const udp = createSocket("udp4", (message) => heard.push(message.toString())).bind(0, "127.0.0.1");
    onTestFinished(() => void udp.close());
    await once(udp, "listening");
    for (const [address, to] of [
      ["169.254.169.254", 80],
      ["127.0.0.1", Number(port)],
      ["::1", Number(port)],
    ] as const)
      expect({ address, got: await act(sandbox, "connectTo", { path: address, port: to }) }).toEqual({
        address,
        got: refused,
      });
    expect(await act(sandbox, "fetch", { path: "http://169.254.169.254/latest/meta-data/" })).toEqual(
      refused,
    );
    expect(await act(sandbox, "fetch", { path: `${metadata.endpoint}/latest/api/token` })).toEqual(refused);
    expect(await act(sandbox, "sendDatagram", { port: udp.address().port })).toEqual(refused);
    expect(heard).toEqual([]);
  },
);

test.skipIf(launcher.confinement.network === "none")(
  "a task connects to no socket file either, not even one in its own directory",
  async () => {
    const folder = await temporaryFolder();
    const server = createServer().listen(join(folder, "socket"));
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const sandbox = await testSandbox();
    expect(await act(sandbox, "connectToFile", { path: join(folder, "socket") })).toEqual(refused);
    expect(await act(sandbox, "connectToFile", { path: "\0abstract" })).toEqual(refused);
  },
);

test("a task can read nothing of the worker: not its environment, memory, command line, files or directory", async () => {
  const sandbox = await testSandbox();
  const folder = await temporaryFolder();
  await writeFile(join(folder, "secret"), "credentials");
  const worker = `/proc/${process.pid}`;
  const paths = [
    ...["environ", "mem", "maps", "cmdline", "cwd", "root", "fd/0", "status", "task"].map(
      (name) => `${worker}/${name}`,
    ),
    "/proc/self/environ",
    "/proc/1/environ",
    "/proc/net/tcp",
    "/etc/passwd",
    "/etc/shadow",
    join(homedir(), ".aws/credentials"),
    "/dev/mem",
    "/sys/class/dmi/id/product_uuid",
    join(folder, "secret"),
    join(process.cwd(), "package-lock.json"),
  ];
  for (const path of paths)
    expect({ path, got: await act(sandbox, "read", { path }) }).toEqual({ path, got: refused });
  for (const path of ["/", "/proc", "/tmp", folder])
    expect({ path, got: await act(sandbox, "listFolder", { path }) }).toEqual({ path, got: refused });
});

test("a task cannot write, link, rename or remove anything outside its directory, nor start or signal a process", async () => {
  const sandbox = await testSandbox();
  const folder = await temporaryFolder();
  const kept = join(folder, "kept");
  await writeFile(kept, "as it was");
  const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void bystander.kill("SIGKILL"));
  const attempts: [act: string, input: Record<string, unknown>][] = [
    ["writeElsewhere", { path: join(folder, "planted") }],
    ["writeElsewhere", { path: kept }],
    ["writeElsewhere", { path: "../planted" }],
    ["remove", { path: kept }],
    ["rename", { path: kept }],
    ["linkTo", { path: kept }],
    ["spawn", {}],
    ["execute", {}],
    ["signal", { pid: process.pid }],
    ["signal", { pid: bystander.pid }],
    ["signal", { pid: -1 }],
  ];
  for (const [name, input] of attempts)
    expect({ name, input, got: await act(sandbox, name, input) }).toEqual({ name, input, got: refused });
  expect(await readdir(folder)).toEqual(["kept"]);
  expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
});

/** Perl under the confinement of a child. It makes any system call, as foreign native code would, and prints the result. */
async function rawCall(...call: (number | string)[]): Promise<string> {
  const directory = await temporaryFolder();
  const script = `my @c = map { /^-?\\d+$/ ? $_ + 0 : $_ } @ARGV; my $n = shift @c; my $r = syscall($n, @c); print $r < 0 ? "refused " . ($! + 0) : "done $r"`;
  const { file, args } = launcher.wrap({
    command: ["/usr/bin/perl", "-e", script, ...call.map(String)],
    readable: ["/usr/share/perl", "/usr/lib/x86_64-linux-gnu/perl-base"],
    directory,
    limits: { dataBytes: 2 ** 28, fileBytes: 2 ** 20, cpuSeconds: 20 },
  });
  return await promisify(execFile)(file, args, { env: {}, cwd: directory }).then(
    ({ stdout }) => stdout.trim(),
    (error: Error & { signal?: string; stderr?: string }) => `killed ${error.signal ?? error.stderr}`,
  );
}

/** Numbers of x86-64's system calls (arch/x86/entry/syscalls/syscall_64.tbl); arm64 has others. */
const x64 = process.arch === "x64";

test.skipIf(!held || !x64)(
  "the kernel refuses the worker's memory and process to native code, too",
  async () => {
    const worker = process.pid;
    const ways: Record<string, (number | string)[]> = {
      "ptrace attach": [101, 16, worker, 0, 0],
      "ptrace seize": [101, 0x4206, worker, 0, 0],
      process_vm_readv: [310, worker, 0, 0, 0, 0, 0],
      process_vm_writev: [311, worker, 0, 0, 0, 0, 0],
      "kill the worker": [62, worker, 9],
      "kill everybody": [62, -1, 9],
      "tgkill the worker": [234, worker, worker, 9],
      pidfd_open: [434, worker, 0],
      rt_sigqueueinfo: [129, worker, 9, 0],
      "prlimit of the worker": [302, worker, 7, 0, 0],
      kcmp: [312, worker, worker, 0, 0, 0],
      "F_SETOWN to the worker": [72, 1, 8, worker],
      "F_SETSIG of SIGKILL": [72, 1, 10, 9],
      "FIOSETOWN to the worker": [16, 1, 0x8901, 0],
    };
    for (const [way, call] of Object.entries(ways))
      expect({ way, got: await rawCall(...call) }).toEqual({
        way,
        got: expect.stringMatching(/^(refused|killed)/),
      });
  },
);

test.skipIf(!held || !x64)(
  "the kernel keeps native code from the rights and times of the user's other files, and from shared quotas and clocks",
  async () => {
    const folder = await temporaryFolder();
    const kept = join(folder, "kept");
    await writeFile(kept, "as it was", { mode: 0o640 });
    const { mode, mtimeMs } = await stat(kept);
    const ways: Record<string, (number | string)[]> = {
      "chmod a file": [90, kept, 0],
      "chmod its folder": [90, folder, 0],
      "chmod its own directory": [90, ".", 0],
      fchmodat2: [452, -100, kept, 0, 0],
      chown: [92, kept, 1, 1],
      setxattr: [188, kept, "user.x", "x", 1, 0],
      utimes: [235, kept, 0],
      "a FIFO": [133, "fifo", 0o10644, 0],
      "a folder": [83, "folder", 0o700],
      "a link": [88, kept, "link"],
      memfd_create: [319, "x", 0],
      inotify_init: [253],
      shmget: [29, 0, 4096, 0o1600],
      mq_open: [240, "/x", 0x41, 0o600, 0],
      setpgid: [109, 0, 0],
      settimeofday: [164, 0, 0],
      sync: [162],
    };
    for (const [way, call] of Object.entries(ways))
      expect({ way, got: await rawCall(...call) }).toEqual({ way, got: expect.stringMatching(/^refused/) });
    expect(await stat(kept)).toMatchObject({ mode, mtimeMs });
  },
);

test.skipIf(!held || !x64)(
  "the kernel refuses sockets, new programs and new rights to native code, too",
  async () => {
    const ways: Record<string, (number | string)[]> = {
      "TCP socket": [41, 2, 1, 0],
      "UDP socket": [41, 2, 2, 0],
      "IPv6 socket": [41, 10, 1, 0],
      "unix socket": [41, 1, 1, 0],
      "netlink socket": [41, 16, 3, 0],
      "packet socket": [41, 17, 3, 0],
      "vsock socket": [41, 40, 1, 0],
      io_uring: [425, 8, 0],
      execve: [59, "/bin/true", 0, 0],
      "user namespace": [272, 0x10000000],
      mount: [165, "none", "/tmp", "tmpfs", 0, 0],
      chroot: [161, "/"],
      bpf: [321, 0, 0, 0],
      perf_event_open: [298, 0, 0, -1, -1, 0],
      open_by_handle_at: [304, 0, 0, 0],
      "open outside": [2, "/etc/passwd", 0],
      "create outside": [2, "/tmp/planted-by-a-child", 0x41, 0o600],
      userfaultfd: [323, 0],
      keyctl: [250, 0, 0],
    };
    for (const [way, call] of Object.entries(ways))
      expect({ way, got: await rawCall(...call) }).toEqual({
        way,
        got: expect.stringMatching(/^(refused|killed)/),
      });
    // The probe itself works: allowed calls succeed.
    expect(await rawCall(39)).toMatch(/^done \d+$/);
  },
);
