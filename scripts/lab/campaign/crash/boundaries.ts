// Where a worker can die: before and after each request it makes for one job, numbered from the receive that brought it.
// Requests that time makes, not the job, are left out: heartbeats, presence, looks at pauses, receives that bring nothing.
import type { Fault, FaultCall } from "../../../local/gateway/faults.ts";
import { accessKeyIdOf } from "../../../local/gateway/route.ts";
import type { Recorder } from "../log/recorder.ts";
import type { World } from "../world/world.ts";

/** A place to die: at the nth request (the receive is 0), before it is applied or after. */
export type CrashPoint = { request: number; side: "before" | "after"; name: string };

/** All places along a job's requests. A receive that was not applied has no job yet. */
export function pointsAlong(requests: readonly string[]): CrashPoint[] {
  return [
    { request: 0, side: "after", name: "ReceiveMessage" },
    ...requests.flatMap((name, index) =>
      (["before", "after"] as const).map((side) => ({ request: index + 1, side, name })),
    ),
  ];
}

/** A second run may find a plan or a mark and ask more than the first: so many requests at most. */
const mostFurther = 3;

/**
 * Every ordered pair of states to die in, the second in the run that follows the first death; some of those runs are too
 * short for it. To die before a request is to die after the one before it, so sides are spared.
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

/** Watches the requests of one worker at a time and kills it where it is told. */
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

  /** Watches the job that comes next, the only one there is, and lets the worker die at each of the points in turn. */
  watch(points: readonly CrashPoint[]): void {
    this.#armed = [...points];
    this.#worker = undefined;
    this.#seen = [];
    this.#longest = [];
  }

  /** Points that have not been reached. */
  get left(): number {
    return this.#armed.length;
  }

  /** Requests of the run of the job that made most, its receive left out. */
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

  /** How often a job looks whether something has come to pass depends on time. */
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

/** Requests whose number depends on how long things take. */
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
