// The state of a run: what was sent, what has ended, what happened to processes. At the end it becomes the evidence.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { queueName } from "../../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { sendMail } from "../../../../worker/jobs/mail/send-mail/job.ts";
import { contactSheet } from "../../../../worker/jobs/pictures/contact-sheet/job.ts";
import { workerPrefix } from "../fleet/fleet.ts";
import { leftFiles } from "../fleet/leftovers.ts";
import { historyOf } from "../log/history.ts";
import { endsIn } from "../log/ledger-writes.ts";
import type { ProcessEvent } from "../log/process-log.ts";
import type { Evidence } from "../oracle/evidence.ts";
import { type ProducedInput, producedOf } from "../produce/producer-log.ts";
import { readCloud } from "../reference/cloud-contents.ts";
import { ambiguousIn, compare, orphanRows } from "../reference/compare.ts";
import { reference } from "../reference/reference.ts";
import type { World } from "../world/world.ts";

/** What is known about a run in progress. */
export type Books = {
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
  /** Milliseconds without any job ending after which the remaining jobs count as lost. */
  patienceMs: number;
};

/** Creates the state of a run in a world and keeps it up to date. */
export function openBooks(world: World, patienceMs = 60_000): Books {
  const books: Books = {
    world,
    produced: [],
    ended: new Set(),
    enqueued: new Set(),
    redriven: new Set(),
    events: [],
    lastEnd: Date.now(),
    stalls: monitorEventLoopDelay(),
    patienceMs,
  };
  books.stalls.enable();
  world.recorder.subscribe((record) => {
    if (record.what === "sent") books.enqueued.add(record.jobId);
    for (const jobId of endsIn(record, world.names.tables.jobs)) {
      books.lastEnd = Date.now();
      books.ended.add(jobId);
    }
  });
  return books;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True once no job has ended for too long. */
export const isStuck = ({ lastEnd, patienceMs }: Books): boolean => Date.now() - lastEnd > patienceMs;

/** Jobs that were sent and have not ended. Follow-up jobs do not count: nobody sent them. */
export const openJobs = ({ produced, ended }: Books): string[] =>
  produced.flatMap(({ jobIds }) => jobIds.filter((jobId) => !ended.has(jobId)));

/** Contact sheets that follow from pictures, according to the reference. */
function chained(books: Books): { jobId: string; kind: string; name: string }[] {
  return [...reference(books.produced, books.redriven).sheets].map((name) => {
    const cut = name.lastIndexOf(" ");
    const [album, threshold] = [name.slice(0, cut), Number(name.slice(cut + 1))];
    return { jobId: jobIdOf(contactSheet, { album, threshold, revision: 1 }), kind: contactSheet.kind, name };
  });
}

/** True once every stored mail has been answered. The answer's job is named only by its submission's id. */
export function answersEnded({ produced, redriven, ended }: Books): boolean {
  const answers = [...ended].filter((jobId) => jobId.startsWith(`${sendMail.kind}/`));
  return answers.length >= reference(produced, redriven).mails.size;
}

/** Waits until every expected job has ended and no message is left, or until no job has ended for too long. */
export async function settled(books: Books): Promise<void> {
  const { world, ended } = books;
  const left = () =>
    jobKinds.reduce((sum, kind) => {
      const { visible, inFlight } = world.cloud.sqs.metrics(queueName(world.names.fleet, kind));
      return sum + visible + inFlight;
    }, 0);
  const open = () => [
    ...openJobs(books),
    ...chained(books).flatMap(({ jobId }) => (ended.has(jobId) ? [] : [jobId])),
  ];
  const atRest = () => left() === 0 && open().length === 0 && answersEnded(books);
  books.lastEnd = Date.now();
  for (let looks = 0; looks < 3; looks = atRest() ? looks + 1 : 0) {
    if (isStuck(books)) return givenUp(left(), open());
    await pause(150);
  }
}

/** Reports that waiting longer is pointless. The oracle will say what it means. */
function givenUp(messages: number, jobIds: readonly string[]): void {
  const named = jobIds.slice(0, 5).join(", ");
  console.error(
    `campaign: stopped waiting; ${messages} messages are left and ${jobIds.length} jobs have not ended: ${named}`,
  );
}

/** The evidence, without leftover processes: those are counted once the world is closed. */
export async function gather(books: Books): Promise<Evidence> {
  const { world, produced, redriven, events } = books;
  const { names, recorder } = world;
  const history = historyOf(recorder.records, { fleet: names.fleet, jobsTable: names.tables.jobs });
  const found = await readCloud(world);
  const expected = reference(produced, redriven);
  const pictures = producedOf(produced, "picture");
  const deleters = new Map(
    pictures.map(({ input, versionId, jobIds }) => [`${input.key} ${versionId}`, jobIds[0]]),
  );
  const failing = pictures.filter(({ input: { fate } }) => fate === "poisoned" || fate === "crashing");
  const begun = new Set(recorder.records.flatMap(({ what, from }) => (what === "received" ? [from] : [])));
  const garbage = producedOf(produced, "garbage");
  return {
    history,
    acknowledged: [
      ...produced.flatMap(({ jobIds, input }) =>
        jobIds.map((jobId) => ({ jobId, kind: input.kind, name: JSON.stringify(input) })),
      ),
      ...chained(books),
    ],
    designedDeadLetters: new Set([...failing, ...garbage].flatMap(({ jobIds }) => jobIds)),
    processes: events,
    ambiguousMails: ambiguousIn(found),
    effects: compare(expected, found, names.buckets.uploads),
    leftovers: {
      processes: [],
      files: leftFiles(world.folder, events, begun),
      rows: orphanRows(found, history),
    },
    originals: [
      {
        bucket: names.buckets.uploads,
        deleterOf: (key, versionId) => deleters.get(`${key} ${versionId}`),
      },
      { bucket: names.buckets.mails, deleterOf: () => undefined },
    ],
    stallMs: books.stalls.max / 1e6,
    workerPrefix,
  };
}
