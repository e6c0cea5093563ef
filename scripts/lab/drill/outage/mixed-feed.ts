// The load of an outage drill: pictures, mails, texts and files arrive at a steady rate, whether they are worked on or not, as
// people send them. Notes the outcome of each.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { z } from "zod";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import type { Outcome } from "../../../status/outcomes.ts";
import { createJobWatch } from "../../../submit/job-watch.ts";
import type { Source } from "../../../submit/source.ts";
import type { Target } from "../../../submit/target.ts";
import { type InputFiles, writeInputs } from "../../load/input-files.ts";
import { submitInput } from "../../load/submit-input.ts";
import { type Fed, type Feed, interruptionsOf } from "../feed.ts";
import { countedEffects } from "./counted-effects.ts";
import { labelsOf, type MixLabels } from "./labels.ts";

/** What a mixed feed feeds. */
export type MixedFeedOptions = {
  target: Target;
  /** A name that nothing else in the system has: lower-case letters, digits and hyphens. */
  label: string;
  /** Inputs a second. */
  rate: number;
};

/** Inputs that come at once at the start, so that workers hold some when the outage begins. */
const burst = 24;

/** Seconds that each input of the backlog may take. */
const secondsEach = 3;

/** Of twenty inputs in turn: eight pictures, five texts, four files, three mails. */
const turns = "PTPFMPTPFTPMPTFPTPMF";

/** Prepares the files. Nothing is fed before `start`. */
export async function prepareMixedFeed({ target, label, rate }: MixedFeedOptions): Promise<Feed> {
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-drill-"));
  const files = await writeInputs(folder);
  const labels = labelsOf(label);
  const watch = createJobWatch({ db: target.db, table: target.names.tables.jobs, clock: systemClock });
  const end = new AbortController();
  const jobs: string[] = [];
  const outcomes: Outcome[] = [];
  const refused: unknown[] = [];
  const unread: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  const one = async (number: number) => {
    const source = sourceOf(files, labels, number);
    const id = `${number}.${label}@drill.example`;
    const accepted = await submitInput(target, source, id).catch(
      (error: unknown) => void refused.push(error),
    );
    if (accepted === undefined) return;
    jobs.push(accepted.jobId);
    const ended = await watch.ended(accepted.jobId);
    if (ended !== undefined) outcomes.push(ended);
  };
  const feed = async () => {
    for (let number = 0; !end.signal.aborted; number += 1) {
      const running: Promise<void> = one(number)
        .catch((error: unknown) => void unread.push(error))
        .finally(() => underWay.delete(running));
      underWay.add(running);
      if (number >= burst) await systemClock.sleep(1000 / rate, end.signal);
    }
  };
  let feeding: Promise<void> | undefined;
  return {
    start: () => {
      feeding = feed();
    },
    stop: async (patienceSeconds) => {
      end.abort();
      await feeding;
      const over = new AbortController();
      const patienceMs = (patienceSeconds + secondsEach * underWay.size) * 1000;
      const late = systemClock.sleep(patienceMs, over.signal).then(() => watch.close());
      await Promise.all(underWay);
      over.abort();
      await late;
      if (unread.length > 0) throw unread[0];
      return { ...(await fedBy(target, labels, { jobs, outcomes })), refused: refused.length };
    },
    close: async () => {
      end.abort();
      watch.close();
      await feeding;
      await Promise.all(underWay);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function sourceOf(files: InputFiles, labels: MixLabels, number: number): Source {
  const pick = (paths: readonly string[]) => paths[number % paths.length] ?? "";
  switch (turns[number % turns.length]) {
    case "T":
      return { from: "text", text: `the ${labels.word} and the lighthouse` };
    case "M":
      return { from: "mail", path: pick(files.mails) };
    case "F":
      return { from: "other-file", path: pick(files.others), owner: labels.owner(number) };
    default: {
      const path = pick(files.pictures);
      return { from: "file", path, key: `${labels.album(number)}/${number}${extname(path)}` };
    }
  }
}

const ofMail = z.object({ submissionId: z.string() });

async function fedBy(
  target: Target,
  labels: MixLabels,
  { jobs, outcomes }: { jobs: readonly string[]; outcomes: readonly Outcome[] },
): Promise<Fed> {
  const countOf = (wanted: Outcome["outcome"]) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const submissions = outcomes.flatMap(({ result }) => ofMail.safeParse(result).data?.submissionId ?? []);
  const completed = countOf("completed");
  return {
    fed: jobs.length,
    completed,
    rejected: countOf("rejected"),
    deadLettered: countOf("dead-lettered"),
    lost: jobs.length - outcomes.length,
    counted: await countedSoon(completed, () => countedEffects(target, labels, new Set(submissions))),
    aborted: await interruptionsOf(target, jobs),
  };
}

/** Seconds within which the jobs that follow must have had their effects: a text has two that nobody waits for. */
const followingSeconds = 60;

/** The sum of the effects once it is the expected one, or after a while. */
async function countedSoon(expected: number, read: () => Promise<Record<string, number>>): Promise<number> {
  const over = systemClock.monotonic() + followingSeconds * 1000;
  for (;;) {
    const counted = Object.values(await read()).reduce((sum, count) => sum + count, 0);
    if (counted === expected || systemClock.monotonic() > over) return counted;
    await systemClock.sleep(500);
  }
}
