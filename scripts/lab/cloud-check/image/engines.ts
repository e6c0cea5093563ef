// Runs a container with Docker or, where no engine runs, with an OCI runtime (crun, runc) on an image that buildah unpacked.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { containerLimits, dockerFlags, type ImageConfig, ociConfig } from "./limits.ts";

const run = promisify(execFile);
const output = async (file: string, ...args: string[]): Promise<string> =>
  (await run(file, args, { maxBuffer: 16 * 1024 ** 2 })).stdout.trim();

/** A running container. */
export type Container = {
  process: ChildProcess;
  /** The process id of its first process on the host. */
  pid: () => Promise<number>;
  /** Runs a command in it. Rejects when the command fails. */
  exec: (...command: string[]) => Promise<string>;
  /** Sends SIGTERM, as `docker stop` does first. */
  terminate: () => Promise<unknown>;
  /** Removes what is left of it. */
  remove: () => Promise<void>;
};

/** Starts a container of an image. */
export type Engine = (image: string, environment: Readonly<Record<string, string>>) => Promise<Container>;

const piped: { stdio: ["ignore", "pipe", "inherit"] } = { stdio: ["ignore", "pipe", "inherit"] };

/** Docker, or a program with the same commands. */
export const docker =
  (file: string): Engine =>
  async (image, environment) => {
    const name = `fifo-fleet-check-${process.pid}`;
    const variables = Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const flags = dockerFlags().flatMap((flag) => flag.split(" "));
    const args = ["run", "--rm", "--name", name, "--network", "host", ...flags, ...variables, image];
    return {
      process: spawn(file, args, piped),
      pid: async () => Number(await output(file, "inspect", "--format", "{{.State.Pid}}", name)),
      exec: (...command) => output(file, "exec", name, ...command),
      terminate: () => output(file, "kill", "--signal", "TERM", name),
      remove: async () => void (await output(file, "rm", "--force", name).catch(() => undefined)),
    };
  };

const inspected = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string().default("root"),
      Env: z.array(z.string()).default([]),
      Entrypoint: z.array(z.string()).default([]),
      Cmd: z.array(z.string()).default([]),
      WorkingDir: z.string().default("/"),
    }),
  }),
});

/** An OCI runtime, on a container that buildah makes of the image. Mounting it needs root. */
export const ociRuntime =
  (file: string): Engine =>
  async (image, environment) => {
    const id = `fifo-fleet-check-${process.pid}`;
    const container = await output("buildah", "from", "--pull-never", image);
    const rootfs = await output("buildah", "mount", container);
    const { config } = inspected.parse(
      JSON.parse(await output("buildah", "inspect", "--type", "image", image)),
    ).OCIv1;
    const bundle = mkdtempSync(join(tmpdir(), "fifo-fleet-bundle-"));
    const described: ImageConfig = {
      command: [...config.Entrypoint, ...config.Cmd],
      environment: config.Env,
      workingDirectory: config.WorkingDir,
      ...userIn(rootfs, config.User),
      openFiles: mostOpenFiles(),
    };
    writeFileSync(join(bundle, "config.json"), JSON.stringify(ociConfig(described, rootfs, environment)));
    return {
      process: spawn(file, ["run", "--bundle", bundle, id], piped),
      pid: async () => z.object({ pid: z.number() }).parse(JSON.parse(await output(file, "state", id))).pid,
      exec: (...command) => output(file, "exec", id, ...command),
      terminate: () => output(file, "kill", id, "TERM"),
      remove: async () => {
        await output(file, "delete", "--force", id).catch(() => undefined);
        await output("buildah", "rm", container);
        rmSync(bundle, { recursive: true });
      },
    };
  };

/** A user's numeric ids, from the image's own /etc/passwd. */
function userIn(rootfs: string, user: string): Pick<ImageConfig, "uid" | "gid"> {
  const lines = readFileSync(join(rootfs, "etc/passwd"), "utf8").split("\n");
  const [, , uid = "0", gid = "0"] = lines.find((line) => line.startsWith(`${user}:`))?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** The highest limit of open files this process may set. An OCI runtime has no more rights than its caller. */
function mostOpenFiles(): number {
  const line = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return Math.min(containerLimits.openFiles, Number(line?.[1] ?? containerLimits.openFiles));
}
