// The state of a run: what was sent, what has ended, what happened to processes; and when a run has settled.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { queueName } from "../../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { sendMail } from "../../../../worker/jobs/mail/send-mail/job.ts";
import { contactSheet } from "../../../../worker/jobs/pictures/contact-sheet/job.ts";
import { endsIn } from "../log/ledger-writes.ts";
import type { ProcessEvent } from "../log/process-log.ts";
import type { ProducedInput } from "../produce/producer-log.ts";
import { reference } from "../reference/reference.ts";
import type { World } from "../world/world.ts";

/** What is known about a run in progress. */
export type RunState = {
  world: World;
  produced: ProducedInput[];
  ended: Set<string>;
  /** Jobs that a queue has accepted a message of. */
  enqueued: Set<string>;
  redriven: Set<string>;
  events: ProcessEvent[];
  /** When a job last ended, in epoch milliseconds. */
  lastEnd: number;
  stalls: ReturnType<typeof monitorEventLoopDelay>;
  /** Until when the outages planned so far last, in epoch milliseconds. No job need end before. */
  outageUntil: () => number;
  /** Producers write as a newer version does. */
  newerProducers: boolean;
  /** Workers of a version that can read what newer producers write take over. */
  newerWorkers: boolean;
  /** Milliseconds without any job ending after which the remaining jobs count as lost. */
  patienceMs: number;
};

/** Three quarters of an hour of the workers' time; on a slow machine, whose leases are longer, that takes longer. */
const patienceFor = (scale: number): number => 2_700_000 * scale;

/** Creates the state of a run in a world and keeps it up to date. */
export function trackRun(world: World, patienceMs = patienceFor(world.time.scale)): RunState {
  const state: RunState = {
    world,
    produced: [],
    ended: new Set(),
    enqueued: new Set(),
    redriven: new Set(),
    events: [],
    lastEnd: Date.now(),
    stalls: monitorEventLoopDelay(),
    outageUntil: () => 0,
    newerProducers: false,
    newerWorkers: false,
    patienceMs,
  };
  state.stalls.enable();
  world.recorder.subscribe((record) => {
    if (record.what === "sent") state.enqueued.add(record.jobId);
    for (const jobId of endsIn(record, world.names.tables.jobs)) {
      state.lastEnd = Date.now();
      state.ended.add(jobId);
    }
  });
  return state;
}

/** Resolves after this many milliseconds. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True once no job has ended for too long. */
export const isStuck = ({ lastEnd, patienceMs, outageUntil }: RunState): boolean =>
  Date.now() - Math.max(lastEnd, outageUntil()) > patienceMs;

/** Jobs that were sent and have not ended. Follow-up jobs do not count: nobody sent them. */
export const openJobs = ({ produced, ended }: Pick<RunState, "produced" | "ended">): string[] =>
  produced.flatMap(({ jobIds }) => jobIds.filter((jobId) => !ended.has(jobId)));

/**
 * How many jobs keep producers waiting: the open ones that the fleet can do. What waits for newer workers does not count: producers
 * that waited for it would hold up the very progress that brings those workers.
 */
export function backlogOf({
  produced,
  ended,
  newerWorkers,
}: Pick<RunState, "produced" | "ended" | "newerWorkers">): number {
  const doable = produced.filter(({ newer }) => newerWorkers || newer !== true);
  return openJobs({ produced: doable, ended }).length;
}

/** Contact sheets that follow from pictures, according to the reference. */
export function expectedSheets(state: RunState): { jobId: string; kind: string; name: string }[] {
  return [...reference(state.produced, state.redriven).sheets].map((name) => {
    const cut = name.lastIndexOf(" ");
    const [album, threshold] = [name.slice(0, cut), Number(name.slice(cut + 1))];
    return { jobId: jobIdOf(contactSheet, { album, threshold, revision: 1 }), kind: contactSheet.kind, name };
  });
}

/** True once every stored mail has been answered. The answer's job is named only by its submission's id. */
export function allAnswersEnded({ produced, redriven, ended }: RunState): boolean {
  const answers = [...ended].filter((jobId) => jobId.startsWith(`${sendMail.kind}/`));
  const { mails, shareMails } = reference(produced, redriven);
  return answers.length >= mails.size + shareMails;
}

/** Waits until every expected job has ended and no message is left, or until no job has ended for too long. */
export async function waitUntilSettled(state: RunState): Promise<void> {
  const { world, ended } = state;
  const left = () =>
    jobKinds.reduce((sum, kind) => {
      const { visible, inFlight } = world.cloud.sqs.metrics(queueName(world.names.fleet, kind));
      return sum + visible + inFlight;
    }, 0);
  const open = () => [
    ...openJobs(state),
    ...expectedSheets(state).flatMap(({ jobId }) => (ended.has(jobId) ? [] : [jobId])),
  ];
  const atRest = () => left() === 0 && open().length === 0 && allAnswersEnded(state);
  state.lastEnd = Date.now();
  for (let rests = 0; rests < 3; rests = atRest() ? rests + 1 : 0) {
    if (isStuck(state)) return reportStuck(left(), open());
    await sleep(150);
  }
}

/** Reports that waiting longer is pointless. The oracle will say what it means. */
function reportStuck(messages: number, jobIds: readonly string[]): void {
  const named = jobIds.slice(0, 5).join(", ");
  console.error(
    `campaign: stopped waiting; ${messages} messages are left and ${jobIds.length} jobs have not ended: ${named}`,
  );
}
