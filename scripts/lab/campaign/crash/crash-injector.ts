// Kills a worker at armed crash points. Counts only requests that the job makes: heartbeats, presence, reads of pauses and
// empty receives depend on time.
import type { Fault, FaultCall } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import type { Recorder } from "../log/recorder.ts";
import type { World } from "../world/world.ts";
import type { CrashPoint } from "./crash-points.ts";

/** Watches the requests of one worker at a time and kills it at the armed points. */
export class CrashInjector {
  readonly #world: World;
  readonly #kill: (accessKeyId: string) => void;
  readonly #isTarget: (accessKeyId: string) => boolean;
  readonly #crashAfter = new Set<string>();
  #armed: CrashPoint[] = [];
  #worker: string | undefined;
  #seen: string[] = [];
  #lastPoll: string | undefined;
  #longest: readonly string[] = [];

  constructor(
    world: World,
    options: { isTarget: (accessKeyId: string) => boolean; kill: (accessKeyId: string) => void },
  ) {
    this.#world = world;
    this.#kill = options.kill;
    this.#isTarget = options.isTarget;
    world.recorder.subscribe((record) => this.#onRecord(record));
    world.cloud.requests.subscribe(({ id, from = "" }) => {
      if (this.#crashAfter.delete(id)) this.#crash(from);
    });
    world.cloud.faults.push((call) => this.#rule(call));
  }

  /** Watches the next job, which must be the only one, and kills the worker at each of the points in turn. */
  watch(points: readonly CrashPoint[]): void {
    this.#armed = [...points];
    this.#worker = undefined;
    this.#seen = [];
    this.#longest = [];
  }

  /** Points that have not been reached yet. */
  get left(): number {
    return this.#armed.length;
  }

  /** The requests of the longest run of the job, without its receive. */
  get requests(): readonly string[] {
    return this.#longest;
  }

  #onRecord(record: Recorder["records"][number]): void {
    if (record.what !== "received" || !this.#isTarget(record.from)) return;
    this.#worker = record.from;
    this.#seen = [];
    this.#lastPoll = undefined;
    if (this.#armed[0]?.request === 0) this.#crash(record.from);
  }

  #rule(call: FaultCall): Fault | undefined {
    const from = accessKeyIdOf(call.request) ?? "";
    if (from !== this.#worker || this.#pollsAgain(call) || dependsOnTime(call, this.#world.names.tables))
      return undefined;
    this.#seen.push(nameOf(call));
    if (this.#seen.length > this.#longest.length) this.#longest = this.#seen;
    const [point] = this.#armed;
    if (point === undefined || this.#seen.length !== point.request) return undefined;
    if (point.side === "after") {
      this.#crashAfter.add(call.request.id);
      return { kind: "drop-answer" };
    }
    this.#crash(from);
    return { kind: "drop-before-apply" };
  }

  /** How often a job polls for an expected change depends on time, so repeated polls do not count. */
  #pollsAgain({ action, request }: FaultCall): boolean {
    if (action !== "BatchGetItem") return false;
    const poll = request.body.toString();
    const again = poll === this.#lastPoll;
    this.#lastPoll = poll;
    return again;
  }

  #crash(worker: string): void {
    this.#armed.shift();
    this.#worker = undefined;
    this.#kill(worker);
  }
}

/** True for requests whose number depends on how long things take. */
function dependsOnTime(
  { action, request }: FaultCall,
  { workers, pauses }: World["names"]["tables"],
): boolean {
  if (action === "ReceiveMessage" || action === "GetQueueUrl") return true;
  const body = request.body.toString();
  if (action === "ChangeMessageVisibilityBatch") return !body.includes('"VisibilityTimeout":0');
  if (action === "Query") return body.includes(`"${pauses}"`);
  return action === "PutItem" && body.includes(`"${workers}"`);
}

function nameOf({ service, action, request }: FaultCall): string {
  return service === "s3" ? `${request.method} ${request.path.split("/")[1]}` : action;
}
