// Where a worker can crash: before and after each request it makes for one job, numbered from the receive of its message.
// Requests that depend on time rather than on the job do not count: heartbeats, presence, reads of pauses, empty receives.
import type { Fault, FaultCall } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import type { Recorder } from "../log/recorder.ts";
import type { World } from "../world/world.ts";

/** A point to crash at: the nth request (the receive is 0), before or after it is applied. */
export type CrashPoint = { request: number; side: "before" | "after"; name: string };

/** Every point along a job's requests. Before the receive is applied there is no job to interrupt. */
export function pointsAlong(requests: readonly string[]): CrashPoint[] {
  return [
    { request: 0, side: "after", name: "ReceiveMessage" },
    ...requests.flatMap((name, index) =>
      (["before", "after"] as const).map((side) => ({ request: index + 1, side, name })),
    ),
  ];
}

/** A second run may find a plan or a mark and make more requests than the first: at most this many. */
const mostFurther = 3;

/**
 * Every ordered pair of crash points, the second in the run that follows the first crash. Some of those runs are too short
 * to reach it. Crashing before a request equals crashing after the one before it, so only "after" points are used.
 */
export function pairsAlong(requests: readonly string[]): [CrashPoint, CrashPoint][] {
  const states = pointsAlong(requests).filter(({ side }) => side === "after");
  const further = Array.from({ length: mostFurther }, (_, index): CrashPoint => {
    return { request: requests.length + 1 + index, side: "after", name: "a further request" };
  });
  return states.flatMap((first) =>
    [...states, ...further].map((second): [CrashPoint, CrashPoint] => [first, second]),
  );
}

/** Watches the requests of one worker at a time and kills it at the armed points. */
export class Executioner {
  readonly #world: World;
  readonly #kill: (accessKeyId: string) => void;
  readonly #isVictim: (accessKeyId: string) => boolean;
  readonly #doomed = new Set<string>();
  #armed: CrashPoint[] = [];
  #worker: string | undefined;
  #seen: string[] = [];
  #look: string | undefined;
  #longest: readonly string[] = [];

  constructor(
    world: World,
    options: { isVictim: (accessKeyId: string) => boolean; kill: (accessKeyId: string) => void },
  ) {
    this.#world = world;
    this.#kill = options.kill;
    this.#isVictim = options.isVictim;
    world.recorder.subscribe((record) => this.#onRecord(record));
    world.cloud.requests.subscribe(({ id, from = "" }) => {
      if (this.#doomed.delete(id)) this.#die(from);
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
    if (record.what !== "received" || !this.#isVictim(record.from)) return;
    this.#worker = record.from;
    this.#seen = [];
    this.#look = undefined;
    if (this.#armed[0]?.request === 0) this.#die(record.from);
  }

  #rule(call: FaultCall): Fault | undefined {
    const from = accessKeyIdOf(call.request) ?? "";
    if (from !== this.#worker || this.#looksAgain(call) || isOfTime(call, this.#world.names.tables))
      return undefined;
    this.#seen.push(nameOf(call));
    if (this.#seen.length > this.#longest.length) this.#longest = this.#seen;
    const [point] = this.#armed;
    if (point === undefined || this.#seen.length !== point.request) return undefined;
    if (point.side === "after") {
      this.#doomed.add(call.request.id);
      return { kind: "drop-answer" };
    }
    this.#die(from);
    return { kind: "drop-before-apply" };
  }

  /** How often a job polls for an expected change depends on time, so repeated polls do not count. */
  #looksAgain({ action, request }: FaultCall): boolean {
    if (action !== "BatchGetItem") return false;
    const look = request.body.toString();
    const again = look === this.#look;
    this.#look = look;
    return again;
  }

  #die(worker: string): void {
    this.#armed.shift();
    this.#worker = undefined;
    this.#kill(worker);
  }
}

/** True for requests whose number depends on how long things take. */
function isOfTime({ action, request }: FaultCall, { workers, pauses }: World["names"]["tables"]): boolean {
  if (action === "ReceiveMessage" || action === "GetQueueUrl") return true;
  const body = request.body.toString();
  if (action === "ChangeMessageVisibilityBatch") return !body.includes('"VisibilityTimeout":0');
  if (action === "Query") return body.includes(`"${pauses}"`);
  return action === "PutItem" && body.includes(`"${workers}"`);
}

function nameOf({ service, action, request }: FaultCall): string {
  return service === "s3" ? `${request.method} ${request.path.split("/")[1]}` : action;
}
