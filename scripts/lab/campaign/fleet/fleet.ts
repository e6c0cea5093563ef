// The worker processes of a campaign: so many places, each filled again as soon as its worker has ended.
import type { ProcessEvent } from "../log/process-log.ts";
import { type CampaignWorker, startWorker } from "./worker.ts";

/** Access key ids of workers start with this. */
export const workerPrefix = "WORKER";

export type FleetOptions = {
  places: number;
  /** Beginning of its workers' access key ids, itself beginning with `workerPrefix`. */
  prefix?: string;
  env: Readonly<Record<string, string>>;
  folder: string;
  /** The worker's entry. */
  entry: string;
  log: (event: ProcessEvent) => void;
};

/** What the next worker of a place is started as. */
export type NextStart = { entry?: string; skewSeconds?: number };

/** A fleet that keeps its places filled until it is ended. */
export class CampaignFleet {
  readonly #options: FleetOptions;
  readonly #workers = new Map<number, CampaignWorker>();
  readonly #running = new Set<Promise<void>>();
  readonly #next = new Map<number, NextStart>();
  #started = 0;
  #ended = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.places }, (_, place) => this.#fill(place)));
  }

  /** The worker of a place, if one runs there that has not been told to leave. */
  at(place: number): CampaignWorker | undefined {
    const worker = this.#workers.get(place % this.#options.places);
    return worker?.leaving() ? undefined : worker;
  }

  /** The worker with this access key id, while it runs. */
  find(id: string): CampaignWorker | undefined {
    return [...this.#workers.values()].find((worker) => worker.id === id);
  }

  /** Starts the next worker of a place as `next` says; the one that runs there is told to leave. */
  replace(place: number, next: NextStart): void {
    this.#next.set(place % this.#options.places, next);
    this.at(place)?.drain("signal", drainSeconds);
  }

  /** Lets every worker drain and fills no place again. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const worker of this.#workers.values()) if (!worker.leaving()) worker.drain("signal", drainSeconds);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #fill(place: number): Promise<void> {
    const { env, folder, log, entry, prefix = workerPrefix } = this.#options;
    this.#started += 1;
    const id = `${prefix}${this.#started}`;
    const next = this.#next.get(place);
    this.#next.delete(place);
    const worker = await startWorker({ id, env, folder, log, entry, skewSeconds: 0, ...next });
    this.#workers.set(place, worker);
    const life = worker.exited
      .then(async () => {
        this.#workers.delete(place);
        if (!this.#ended) await this.#fill(place);
      })
      .finally(() => this.#running.delete(life));
    this.#running.add(life);
  }
}

/** Most seconds a drain of a campaign's worker may take; also FLEET_DRAIN_SECONDS. */
export const drainSeconds = 30;
