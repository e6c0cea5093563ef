// The worker processes of a campaign: a fixed number of places, each refilled as soon as its worker has exited.
import { setTimeout } from "node:timers/promises";
import type { FasterTime } from "../../../../worker/fleet/clock.ts";
import type { ProcessEvent } from "../log/process-log.ts";
import { type Reaper, startReaper } from "./reaper.ts";
import { type CampaignWorker, startWorker } from "./worker.ts";
import { type WorkerUser, workerUser } from "./worker-user.ts";

/** Access key ids of workers start with this. */
export const workerPrefix = "WORKER";

export type FleetOptions = {
  places: number;
  /** The start of its workers' access key ids; itself starts with `workerPrefix`. */
  prefix?: string;
  env: Readonly<Record<string, string>>;
  folder: string;
  time: FasterTime;
  /** Path of the worker's entry file. */
  entry: string;
  log: (event: ProcessEvent) => void;
};

/** Options for the next worker of a place, which starts so many milliseconds after its predecessor has exited. */
export type NextStart = { entry?: string; skewSeconds?: number; afterMs?: number };

/** Keeps its places filled until it is ended. */
export class CampaignFleet {
  readonly #options: FleetOptions;
  readonly #workers = new Map<number, CampaignWorker>();
  readonly #running = new Set<Promise<void>>();
  readonly #next = new Map<number, NextStart>();
  readonly #reaper: Reaper = startReaper();
  readonly #user: WorkerUser | undefined;
  /** The version in force. */
  #entry: string;
  #started = 0;
  #ended = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#entry = options.entry;
    this.#user = workerUser(options.entry, options.folder);
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.places }, (_, place) => this.#fill(place)));
  }

  /** The worker at a place, if one runs there that is not draining. */
  at(place: number): CampaignWorker | undefined {
    const worker = this.#workers.get(place % this.#options.places);
    return worker?.leaving() ? undefined : worker;
  }

  /** The running worker with this access key id. */
  find(id: string): CampaignWorker | undefined {
    return [...this.#workers.values()].find((worker) => worker.id === id);
  }

  /** Drains the worker at a place and starts its successor with the given options. */
  replace(place: number, next: NextStart): void {
    this.#next.set(place % this.#options.places, next);
    this.at(place)?.drain("signal", drainSeconds);
  }

  /** Drains the worker at a place as Auto Scaling does when it shrinks a group; the place stays empty for a while. */
  shrink(place: number, emptyMs: number): void {
    this.#next.set(place % this.#options.places, { afterMs: emptyMs });
    this.at(place)?.drain("scale-in", drainSeconds);
  }

  /** Replaces every worker by one of this version; all later ones are of it, too. */
  upgrade(entry: string | undefined): void {
    this.#entry = entry ?? this.#entry;
    for (let place = 0; place < this.#options.places; place += 1) this.replace(place, {});
  }

  /** The version that is not in force: the given one, or the first one after an upgrade to that. */
  otherEntry(entry: string | undefined): string {
    return entry === undefined || entry === this.#entry ? this.#options.entry : entry;
  }

  /** Drains every worker and refills no place. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const worker of this.#workers.values()) if (!worker.leaving()) worker.drain("signal", drainSeconds);
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#reaper.close();
  }

  async #fill(place: number): Promise<void> {
    const { env, folder, time, log, prefix = workerPrefix } = this.#options;
    this.#started += 1;
    const id = `${prefix}${this.#started}`;
    const { afterMs: _, ...next } = this.#next.get(place) ?? {};
    this.#next.delete(place);
    const worker = await startWorker({
      id,
      env,
      folder,
      time,
      log,
      entry: this.#entry,
      user: this.#user,
      skewSeconds: 0,
      ...next,
    });
    this.#workers.set(place, worker);
    this.#reaper.watch(worker.pid);
    const life = worker.exited
      .then(async () => {
        this.#reaper.forget(worker.pid);
        this.#workers.delete(place);
        await setTimeout(this.#next.get(place)?.afterMs ?? 0);
        if (!this.#ended) await this.#fill(place);
      })
      .finally(() => this.#running.delete(life));
    this.#running.add(life);
  }
}

/** The longest drain of a campaign's worker, in seconds on the machine. */
export const drainSeconds = 30;
