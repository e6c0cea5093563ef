// Invariants of the ledger: every job ends once, in order, and never by a stale writer.
import type { JobHistory } from "../log/history.ts";
import type { LedgerWrite } from "../log/ledger-writes.ts";
import type { Check, Violation } from "./evidence.ts";

/** Every acknowledged input became a job, and every enqueued job reached a terminal state. */
export const noLoss: Check = ({ history, acknowledged }) => {
  const lost = new Map<string, string>();
  for (const { jobId, name } of acknowledged)
    if (!history.jobs.has(jobId)) lost.set(jobId, `${name} was acknowledged and never enqueued`);
  for (const { jobId, ends } of history.jobs.values())
    if (ends.length === 0) lost.set(jobId, "was enqueued and has no terminal state");
  return [...lost].map(([jobId, text]) => ({ invariant: "no loss", jobId, text }));
};

/** Every job was committed once, plus once for each time an operator reopened it. */
export const committedOnce: Check = ({ history }) =>
  [...history.jobs.values()].flatMap(({ jobId, ends, claims }): Violation[] => {
    const allowed = 1 + claims.filter((claim) => claim.what === "claim" && claim.reopens).length;
    if (ends.length <= allowed) return [];
    const text = `${ends.length} terminal commits were applied, ${allowed} allowed`;
    return [{ invariant: "effects equal the reference", jobId, text }];
  });

/**
 * In every group, jobs run in the order in which their queue accepted them: no claim, and no end of a run without a claim, before
 * every earlier job of the group has reached a terminal state.
 */
export const orderWithinGroup: Check = ({ history }) => {
  const groups = Map.groupBy(history.jobs.values(), ({ kind, group }) => `${kind} ${group}`);
  return [...groups.values()].flatMap((jobs) => outOfOrder(jobs.sort((a, b) => a.sentSeq - b.sentSeq)));
};

function outOfOrder(jobs: readonly JobHistory[]): Violation[] {
  const found: Violation[] = [];
  let earlierEnd = -1;
  let earlier = "";
  for (const { jobId, group, claims, ends } of jobs) {
    const first = Math.min(...[claims[0], ends[0]].map((write) => write?.seq ?? Number.POSITIVE_INFINITY));
    if (first < earlierEnd)
      found.push({
        invariant: "order within a group",
        jobId,
        text: `was begun before ${earlier} of group ${group} had ended`,
      });
    const end = ends[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (end > earlierEnd) [earlierEnd, earlier] = [end, jobId];
  }
  return found;
}

/** No write that the table was given when its fence was old was applied. */
export const noStaleWrite: Check = ({ history }) =>
  history.ledger
    .filter((write) => write.what !== "claim" && write.applied && write.fence < write.newestWhenGiven)
    .map((write) => ({
      invariant: "no stale write applied",
      jobId: write.jobId,
      text: `${write.from} wrote under fence ${write.fence}, the newest was ${write.newestWhenGiven}: ${storyOf(history, write)}`,
    }));

/** The ledger's writes around a stale one, with the milliseconds from its arrival to theirs and to their application. */
function storyOf({ ledger }: Parameters<Check>[0]["history"], stale: LedgerWrite): string {
  return ledger
    .filter(({ jobId }) => jobId === stale.jobId)
    .map(({ what, fence, from, applied, arrivedAt, at }) => {
      const times = `${arrivedAt - stale.arrivedAt}..${at - stale.arrivedAt} ms`;
      return `${what} ${fence} by ${from} ${applied ? "applied" : "refused"} ${times}`;
    })
    .join("; ");
}

/** Counts commits and notes with an old fence that were refused. Without any, the run proves nothing about fences. */
export function staleWritesRejected({ history }: Parameters<Check>[0]): number {
  return history.ledger.filter(
    (write) => write.what !== "claim" && !write.applied && write.fence < write.newest,
  ).length;
}

/** Every job behind a dead-lettered one of its group reached an end. */
export const poisonedGroupsResume: Check = ({ history }) => {
  const groups = Map.groupBy(history.jobs.values(), ({ kind, group }) => `${kind} ${group}`);
  return [...groups].flatMap(([group, jobs]): Violation[] => {
    const poison = jobs.filter(({ ends }) => ends[0]?.status === "dead-lettered");
    const first = Math.min(...poison.map(({ sentSeq }) => sentSeq));
    return jobs
      .filter(({ sentSeq, ends }) => sentSeq > first && ends.length === 0)
      .map(({ jobId }) => ({
        invariant: "poisoned groups resume",
        jobId,
        text: `never ended behind a dead-lettered job of ${group}`,
      }));
  });
};

/** Exactly the jobs that are meant to fail were dead-lettered, and each has its dead letter. */
export const deadLettersAsDesigned: Check = ({ history, designedDeadLetters }) => {
  const found: Violation[] = [];
  const violation = (jobId: string, text: string) =>
    found.push({ invariant: "dead letters as designed", jobId, text });
  for (const { jobId, ends, deadLetters } of history.jobs.values()) {
    const dead = ends.some(({ status }) => status === "dead-lettered");
    const designed = designedDeadLetters.has(jobId);
    if (dead && !designed) violation(jobId, "was dead-lettered though nothing is wrong with it");
    if (!dead && designed) violation(jobId, "should have been dead-lettered");
    if (dead && deadLetters.length === 0) violation(jobId, "has no message in its dead-letter queue");
    if (!dead && deadLetters.length > 0)
      violation(jobId, "lies in the dead-letter queue but did not end there");
  }
  return found;
};
