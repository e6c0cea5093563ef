// One worker process of a campaign: the shipped entry file, real signals, its own access key id, its output in a file.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FasterTime } from "../../../../worker/fleet/clock.ts";
import { fasterClock, realClock } from "../../../local/clock/clock.ts";
import { type Metadata, startMetadata } from "../../../local/metadata/metadata.ts";
import type { ProcessEvent } from "../log/process-log.ts";
import type { WorkerUser } from "./worker-user.ts";

const tether = fileURLToPath(new URL("../../../local/processes/tether.ts", import.meta.url));
const preload = fileURLToPath(new URL("./preload.ts", import.meta.url));

export type WorkerOptions = {
  /** Its access key id, worker id and instance id. */
  id: string;
  entry: string;
  env: Readonly<Record<string, string>>;
  /** Whom it runs as; undefined: as this process. */
  user: WorkerUser | undefined;
  /** Folder for its temporary files and its log. */
  folder: string;
  /** How wrong its clock is, in its own seconds. */
  skewSeconds: number;
  time: FasterTime;
  log: (event: ProcessEvent) => void;
};

/** A running worker process. */
export type CampaignWorker = {
  id: string;
  pid: number;
  metadata: Metadata;
  /** True once it was asked to drain or killed. */
  leaving: () => boolean;
  kill: () => void;
  /** Freezes it with SIGSTOP. The returned function thaws it. */
  freeze: () => () => void;
  blockLoop: (ms: number) => void;
  /** Makes it drain in one of three ways, with `secondsLeft` until it would be terminated. */
  drain: (why: "signal" | "spot" | "scale-in", secondsLeft: number) => void;
  exited: Promise<void>;
};

/** Starts a worker with its own metadata service. */
export async function startWorker(options: WorkerOptions): Promise<CampaignWorker> {
  const { id, log, time } = options;
  const now = fasterClock(time).now;
  const metadata = await startMetadata({ clock: realClock, paths: { "instance-id": id } });
  const child = spawnWorker(options, metadata.endpoint);
  const pid = child.pid ?? 0;
  log({ at: Date.now(), worker: id, what: "started", pid });
  let leaving = false;
  const exited = new Promise<void>((resolve) =>
    child.once("exit", (code, signal) => {
      log({ at: Date.now(), worker: id, what: "exited", code, signal });
      void metadata.close().then(resolve);
    }),
  );
  const announce = {
    signal: () => child.kill("SIGTERM"),
    spot: (secondsLeft: number) =>
      metadata.paths.set(
        "spot/instance-action",
        JSON.stringify({
          action: "terminate",
          time: new Date(now() + (secondsLeft * 1000) / time.scale).toISOString(),
        }),
      ),
    "scale-in": () => metadata.paths.set("autoscaling/target-lifecycle-state", "Terminated"),
  };
  return {
    id,
    pid,
    metadata,
    leaving: () => leaving,
    kill: () => {
      leaving = true;
      log({ at: Date.now(), worker: id, what: "killed" });
      child.kill("SIGKILL");
    },
    freeze: () => {
      const held = { at: Date.now(), worker: id, what: "held" as const, until: Number.POSITIVE_INFINITY };
      log(held);
      child.kill("SIGSTOP");
      return () => {
        held.until = Date.now();
        child.kill("SIGCONT");
      };
    },
    blockLoop: (ms) => {
      log({ at: Date.now(), worker: id, what: "held", until: Date.now() + ms });
      if (child.connected) child.send({ blockMs: ms }, () => {});
    },
    drain: (why, secondsLeft) => {
      leaving = true;
      log({ at: Date.now(), worker: id, what: "drain", why, deadline: Date.now() + secondsLeft * 1000 });
      announce[why](secondsLeft);
    },
    exited,
  };
}

function spawnWorker(
  { id, entry, env, user, folder, skewSeconds, time }: WorkerOptions,
  metadata: string,
): ChildProcess {
  const output = openSync(join(folder, `${id}.log`), "a");
  const child = spawn(process.execPath, ["--import", tether, "--import", preload, entry], {
    env: {
      PATH: process.env.PATH,
      ...env,
      AWS_ACCESS_KEY_ID: id,
      FLEET_WORKER_ID: id,
      FLEET_INSTANCE_ID: id,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
      TMPDIR: folder,
      CAMPAIGN_SKEW_MS: String(skewSeconds * 1000 * time.scale),
    },
    stdio: ["ignore", output, output, "ipc"],
    ...user,
  });
  closeSync(output);
  return child;
}
