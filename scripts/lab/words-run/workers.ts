// The workers of a run: processes as shipped, one of them killed without notice every few seconds and started again.
import { WorkerProcess } from "../../local/fleet/worker-process.ts";
import { subscribers } from "./world.ts";

export type Workers = {
  kills: () => number;
  /** Different lines of words that log-words has written. */
  logged: () => number;
  stop: () => Promise<void>;
};

export type WorkersOptions = {
  env: Record<string, string>;
  count: number;
  /** 0 kills none. */
  killSeconds: number;
  random: () => number;
};

const saidLine = /"jobId":"log-words\/([0-9a-f]{40})".*"position":(\d+),"msg":"word said"/;

/** Starts them. */
export function startWorkers({ env, count, killSeconds, random }: WorkersOptions): Workers {
  const lines = new Set<string>();
  /** Which workers have ended a job since they started: only such a one is killed, so that a slow machine gets on, too. */
  const active = new Set<number>();
  const onLine = (index: number) => (line: string) => {
    if (line.includes('"msg":"job outcome"')) active.add(index);
    const [, job, position] = saidLine.exec(line) ?? [];
    if (job !== undefined) lines.add(`${job}/${position}`);
  };
  const processes = Array.from(
    { length: count },
    (_, index) =>
      new WorkerProcess({
        env: () => ({ ...env, ...settings, FLEET_WORKER_ID: `worker-${index}` }),
        onLine: onLine(index),
        onStart: () => void active.delete(index),
        onExit: () => {},
        restartAfterMs: 50,
      }),
  );
  let kills = 0;
  const timer =
    killSeconds > 0
      ? setInterval(() => {
          const index = Math.floor(random() * count);
          const victim = processes[index];
          if (victim?.pid === undefined || !active.has(index)) return;
          kills += 1;
          victim.kill("SIGKILL");
        }, killSeconds * 1000)
      : undefined;
  return {
    kills: () => kills,
    logged: () => lines.size,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(processes.map((one) => one.stop(10_000)));
    },
  };
}

/** Short leases and polls, so that what a killed worker held is taken up again within seconds. */
const settings = {
  FLEET_JOBS: subscribers.map(({ kind }) => kind).join(","),
  FLEET_SLOTS: "24",
  FLEET_DECODERS: "1",
  FLEET_WAIT_SECONDS: "1",
  FLEET_VISIBILITY_SECONDS: "10",
  FLEET_TIME_SCALE: "0.2",
  FLEET_METADATA: "off",
  MALLOC_ARENA_MAX: "2",
};
