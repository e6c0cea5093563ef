// `queues sweep`: enqueues uploads, raw mails and files that no job ever took, because their events were lost. The trigger
// untaken-due does the same on a schedule, for the objects of the last day.
import { randomUUID } from "node:crypto";
import { takeUntaken } from "../../../triggers/untaken-due/take.ts";
import {
  type SweptKind,
  sweptKinds,
  type Untaken,
  untakenOf,
} from "../../../triggers/untaken-due/untaken.ts";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../../worker/engine/receive/queue-urls.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { visibleLine } from "../../cli/visible.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";

type Options = CommonOptions & { olderThan: string; dryRun: boolean };

export const sweep: Subcommand<Options> = {
  name: "sweep",
  description: "enqueues uploads, mails and files that no job ever took",
  declare: (command) =>
    command
      .option("--older-than <minutes>", "leave younger objects alone: they may be on their way", "60")
      .option("--dry-run", "list them, enqueue nothing", false),
  run: async (running) => {
    const { options } = running;
    const olderThanSeconds = minutesIn(options.olderThan) * 60;
    const found = options.dryRun
      ? await sweepAll(running, olderThanSeconds, undefined)
      : (
          await recorded(
            actingOf(running),
            { action: "sweep-objects", facts: { olderThanSeconds } },
            async () => {
              const objects = await sweepAll(running, olderThanSeconds, await taker(running));
              return { objects, facts: { objects } };
            },
          )
        ).objects;
    if (found === 0 && !options.json) running.stdout.write("every upload, mail and file was taken\n");
    return 0;
  },
};

type Take = Awaited<ReturnType<typeof taker>>;

/** Lists all that no job took, and enqueues it where `take` is given. Resolves to their number. */
async function sweepAll(
  running: Running<Options>,
  olderThanSeconds: number,
  take: Take | undefined,
): Promise<number> {
  const swept = { ...running.target, now: running.now, olderThanSeconds };
  let found = 0;
  for (const kind of sweptKinds)
    for await (const object of untakenOf(kind, swept)) {
      await take?.(kind, object);
      report(running, kind, object);
      found += 1;
    }
  return found;
}

function minutesIn(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= 30 * 24 * 60) return minutes;
  throw new InvalidSettings(["--older-than takes whole minutes from 0 to 43,200"]);
}

async function taker({ sqs, target }: Running<Options>) {
  const { db, names } = target;
  const urls = await findQueues(sqs, names.fleet, sweptKinds);
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: randomUUID });
  return (kind: SweptKind, object: Untaken) => takeUntaken({ db, names, enqueue }, kind, object);
}

function report(running: Running<Options>, kind: SweptKind, { key, versionId, at }: Untaken): void {
  const enqueued = !running.options.dryRun;
  const what = enqueued ? "enqueued" : "would be enqueued";
  print(running, { kind, key, versionId, at, enqueued }, `${kind}  ${visibleLine(key)}  of ${at}  ${what}`);
}
