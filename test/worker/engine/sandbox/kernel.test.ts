// The probe of the kernel beside what the kernel itself says: what it offers is used, and what it lacks is named and not asked for.
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { launcherNumbers, launcherScript } from "../../../../worker/engine/sandbox/launch-steps.ts";
import { probeLauncher } from "../../../../worker/engine/sandbox/launcher.ts";

const run = promisify(execFile);
const perl = "/usr/bin/perl";
const numbers = launcherNumbers(process.arch);
const isKnown = process.platform === "linux" && existsSync(perl) && numbers !== undefined;
/** landlock_create_ruleset with the flag that asks for the version; it has the same number on every architecture. */
const createRuleset = 444;

/** What the kernel answers when it is asked for Landlock's version; below 1 where it has none. */
const landlockVersion = async () =>
  Number((await run(perl, ["-e", `print syscall(${createRuleset}, 0, 0, 1)`])).stdout);

test.skipIf(!isKnown)("what the kernel offers to confine a child is used", async () => {
  const { confinement } = await probeLauncher();
  expect(confinement).toMatchObject({ parentDeath: "signal", limits: "kernel" });
  expect(confinement.files === "landlock").toBe((await landlockVersion()) > 0);
  if (existsSync("/proc/sys/kernel/seccomp/actions_avail")) expect(confinement.network).toBe("seccomp");
});

/** True when the machine itself runs an empty shell under this command. */
const runs = (...command: string[]) =>
  run("/usr/bin/env", [...command, "/bin/sh", "-c", ":"], { env: {} }).then(
    () => true,
    () => false,
  );

test.skipIf(process.platform !== "linux")("without Perl, what util-linux offers is used", async () => {
  // An architecture with unknown call numbers, so that no system call can be made for it.
  const { confinement } = await probeLauncher("linux", "unheard-of");
  const dying = await runs("setpriv", "--pdeathsig", "KILL", "--no-new-privs");
  const alone = await runs("unshare", "--user", "--net");
  expect(confinement).toEqual({
    network: alone ? "network-namespace" : "none",
    files: "none",
    parentDeath: dying ? "signal" : "cpu-limit",
    limits: "shell",
  });
});

/** A filter after which the kernel does not know the call for Landlock any more: ENOSYS for it, everything else is allowed. */
const withoutLandlock = [
  "2000000000000000", // load the call's number
  `15000001${Buffer.from(Uint32Array.of(createRuleset).buffer).toString("hex")}`, // is it this one?
  "0600000026000500", // errno 38
  "060000000000ff7f", // allow
].join("");

test.skipIf(!isKnown)(
  "on a kernel without Landlock a child starts without it, and that is said",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "kernel-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const module = pathToFileURL(
      join(import.meta.dirname, "../../../../worker/engine/sandbox/launcher.ts"),
    ).href;
    const request = {
      command: [realpathSync(process.execPath), "-e", "console.log('runs')"],
      readable: [],
      directory,
      limits: { dataBytes: 2 ** 30, fileBytes: 2 ** 20, cpuSeconds: 20 },
    };
    const program = `
    const { confinement, wrap } = await (await import(${JSON.stringify(module)})).probeLauncher();
    const { file, args } = wrap(${JSON.stringify(request)});
    const { execFileSync } = await import("node:child_process");
    const child = execFileSync(file, args, { env: {}, cwd: ${JSON.stringify(directory)}, encoding: "utf8" }).trim();
    console.log(JSON.stringify({ files: confinement.files, child }));`;
    const steps = [`prctl:${numbers?.prctl}:38:1`, `filter:${numbers?.prctl}:${withoutLandlock}`];
    const node = [process.execPath, "--no-warnings", "--input-type=module", "-e", program];
    const { stdout } = await run(perl, ["-e", launcherScript, ...steps, "--", ...node]);
    expect(JSON.parse(stdout)).toEqual({ files: "none", child: "runs" });
  },
);
