// The workers of a run: processes as shipped. Every few seconds one is killed without notice and restarted.
import { WorkerProcess } from "../../local/fleet/worker-process.ts";
import { subscribers } from "./world.ts";

export type Workers = {
  kills: () => number;
  /** Number of distinct words that log-words has written. */
  logged: () => number;
  stop: () => Promise<void>;
};

export type WorkersOptions = {
  env: Record<string, string>;
  count: number;
  /** Seconds between kills; 0 kills none. */
  killSeconds: number;
  random: () => number;
};

const saidLine = /"jobId":"log-words\/([0-9a-f]{40})".*"position":(\d+),"msg":"word said"/;

/** Starts the workers. */
export function startWorkers({ env, count, killSeconds, random }: WorkersOptions): Workers {
  const lines = new Set<string>();
  /** Workers that have ended a job since they started. Only these are killed, so that a slow machine makes progress. */
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

/** Short leases and polls, so that the messages of a killed worker are received again within seconds. */
const settings = {
  FLEET_JOBS: subscribers.map(({ kind }) => kind).join(","),
  FLEET_SLOTS: "24",
  FLEET_DECODERS: "1",
  FLEET_WAIT_SECONDS: "1",
  FLEET_VISIBILITY_SECONDS: "10",
  FLEET_METADATA: "off",
  MALLOC_ARENA_MAX: "2",
};
