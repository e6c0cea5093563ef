// The life of a started worker process: wait for the first interruption, drain, tell Auto Scaling.
import type { InstanceNews, Interruption } from "../engine/drain/interruption.ts";
import {
  announcing,
  completing,
  flushing,
  type Life,
  loading,
  serving,
  tellingReady,
  watchingInstance,
  watchingPauses,
} from "./background.ts";
import type { WorkerConfig } from "./config.ts";
import { announce } from "./presence.ts";

/**
 * Runs a worker until it has drained. It receives nothing before its pauses and its instance's state were read once, and loads what
 * jobs need as soon as it receives.
 * @throws what cannot be loaded of it, after a drain
 */
export async function liveUntilDrained(life: Life): Promise<void> {
  const { config, worker, log } = life;
  let failure: unknown;
  const end = new AbortController();
  const first = Promise.withResolvers<Interruption>();
  let interrupted = false;
  let takenAway = false;
  const onNews = (news: InstanceNews) => {
    if (news.reason === "rebalance") return void worker.beCautious();
    interrupted = true;
    takenAway ||= news.reason !== "signal";
    first.resolve(news);
    if (worker.report().state === "draining") void worker.drain(news);
  };
  const unlisten = listenForSignals(config, onNews);
  const instanceRead = Promise.withResolvers<void>();
  const pausesRead = Promise.withResolvers<void>();
  const background = [
    watchingPauses(life, pausesRead.resolve, end.signal),
    watchingInstance(life, onNews, instanceRead.resolve, end.signal),
    flushing(life, end.signal),
  ];
  const health = await serving(life);
  await instanceRead.promise;
  await Promise.race([pausesRead.promise, first.promise]);
  const drainAsTold = {
    reason: "signal",
    signal: "SIGTERM",
    secondsLeft: config.FLEET_DRAIN_SECONDS,
  } as const;
  if (!interrupted) {
    worker.start();
    void loading(life, end.signal, {
      loaded: () => background.push(tellingReady(life, end.signal)),
      failed: (error) => {
        failure = error;
        onNews(drainAsTold);
      },
    });
  }
  background.push(announcing(life, end.signal));
  log.info({ kinds: config.kinds, slots: config.FLEET_SLOTS, health: health?.port }, "worker ready");
  const report = await worker.drain(await first.promise);
  // A long poll that was given up must not take messages any more.
  life.clients.sqsReceive.destroy();
  log.info({ ...report }, "worker drained");
  end.abort();
  await Promise.all(background);
  await announce(life.presence);
  if (takenAway) await completing(life);
  await health?.close();
  unlisten();
  if (failure !== undefined) throw failure;
}

/** The first signal drains; a second Ctrl-C ends the process immediately. */
function listenForSignals(config: WorkerConfig, onNews: (news: InstanceNews) => void): () => void {
  let seen = 0;
  const on = (signal: "SIGTERM" | "SIGINT") => () => {
    seen += 1;
    if (seen > 1 && signal === "SIGINT") process.exit(1);
    onNews({ reason: "signal", signal, secondsLeft: config.FLEET_DRAIN_SECONDS });
  };
  const listeners = { SIGTERM: on("SIGTERM"), SIGINT: on("SIGINT") };
  process.on("SIGTERM", listeners.SIGTERM).on("SIGINT", listeners.SIGINT);
  return () => void process.off("SIGTERM", listeners.SIGTERM).off("SIGINT", listeners.SIGINT);
}
