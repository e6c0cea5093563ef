// Commits several jobs with additions in one transaction. While a transaction is in flight, further commits wait; the next
// transaction contains all of them, with their additions summed up. A worker thus has one transaction at a time on the
// busiest items, however many of its jobs add to them. Every job's own row, under its fence, is in the same transaction, so
// a job is applied with its additions or not at all.
//
// Modes: idle -> committing (a unit arrived) -> idle (none is left). When a transaction is cancelled, each refused unit is
// judged by its own row; the others simply wait for the next transaction.
import type { Effect } from "../job/effect.ts";
import { type Addition, additionEffect, addUp, sizeOf, sumOf } from "./addition.ts";
import { type CommitOptions, currentRow, notOurs, stillOurs } from "./commit.ts";
import type { JobRow } from "./job-row.ts";
import { type Claim, EffectRefused } from "./ledger.ts";
import { type Refusal, writeActions } from "./write.ts";

/** One job's part of a transaction, applied completely or not at all. */
export type Unit = {
  claim: Claim;
  /** First the job's own row, on condition that the claim is the newest; then its other effects. */
  own: readonly Effect[];
  additions: readonly Addition[];
  /** True when the row shows that this unit was applied and only its answer was lost. */
  isApplied: (row: JobRow) => boolean;
};

type Waiting = Unit & {
  resolve: () => void;
  reject: (error: unknown) => void;
  /** Transactions with this unit that conflicted with others. */
  conflicts: number;
  /** Committed alone, because a transaction with this unit failed for an unknown reason. */
  alone: boolean;
};

/** One action of a transaction: the `index`-th of its unit. */
type OwnAction = { unit: Waiting; effect: Effect; index: number };

/** DynamoDB's limit (TransactWriteItems API reference). */
const maxActions = 100;

/** Far below DynamoDB's 4 MB, since DynamoDB counts more than `sizeOf` does. */
const maxBytes = 2_000_000;

/** After this many conflicts a unit gives up, and its job is retried with backoff. */
const conflictTries = 60;

/** Longest wait after a conflict, milliseconds. Waits double up to it and are randomised below it. */
const longestWaitMs = 400;

/** Collects and commits the units of one worker. */
export class GroupCommit {
  readonly #options: CommitOptions;
  #waiting: Waiting[] = [];
  #committing = false;

  constructor(options: CommitOptions) {
    this.#options = options;
  }

  /**
   * Commits a unit, alone or with others; resolves when it is applied.
   * @throws FenceLost, EffectRefused as `Ledger.commit` does
   */
  add(unit: Unit): Promise<void> {
    const actions = unit.own.length + unit.additions.length;
    if (actions > maxActions)
      return Promise.reject(
        new RangeError(
          `job ${unit.claim.jobId} has ${actions} actions, at most ${maxActions} fit one commit`,
        ),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...unit, resolve, reject, conflicts: 0, alone: false });
      if (!this.#committing) void this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const { group, rest } = nextGroup(this.#waiting);
      this.#waiting = rest;
      try {
        await this.#commit(group);
      } catch (error) {
        this.#separate(group, error);
      }
    }
    this.#committing = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const own = group.flatMap((unit) => unit.own.map((effect, index) => ({ unit, effect, index })));
    const additions = addUp(group.map((unit) => unit.additions)).map(additionEffect);
    const actions = [...own.map(({ effect }) => effect), ...additions];
    const refusal = await writeActions(this.#options.db, actions);
    if (refusal === undefined) for (const unit of group) unit.resolve();
    else if (refusal.conflict) await this.#again(group, refusal.cause);
    else await this.#sortOut(group, own, refusal);
  }

  /** Judges the refused units; the others wait for the next transaction. */
  async #sortOut(group: readonly Waiting[], own: readonly OwnAction[], { refused, cause }: Refusal) {
    const judged = new Map<Waiting, number>();
    for (const at of refused) {
      const action = own[at];
      if (action !== undefined && !judged.has(action.unit)) judged.set(action.unit, action.index);
    }
    if (judged.size === 0) throw cause;
    this.#waiting.unshift(...group.filter((unit) => !judged.has(unit)));
    await Promise.all([...judged].map(([unit, index]) => this.#judge(unit, index, cause)));
  }

  /** Puts the units back in front after a wait; they are tried again, together with units that arrived meanwhile. */
  async #again(group: readonly Waiting[], error: unknown): Promise<void> {
    const left = group.filter((unit) => {
      unit.conflicts += 1;
      if (unit.conflicts < conflictTries) return true;
      unit.reject(error);
      return false;
    });
    const most = Math.max(0, ...left.map(({ conflicts }) => conflicts));
    this.#waiting.unshift(...left);
    await this.#options.clock.sleep(Math.random() * Math.min(longestWaitMs, 10 * 2 ** most));
  }

  /** Finds out why a unit was refused: a newer claim, an earlier try that was applied, or a condition of its own effects. */
  async #judge(unit: Waiting, index: number, cause: Error): Promise<void> {
    try {
      const row = await currentRow(this.#options, unit.claim);
      if (row !== undefined && unit.isApplied(row)) unit.resolve();
      else if (index > 0 && stillOurs(row, unit.claim))
        unit.reject(new EffectRefused(unit.claim.jobId, index - 1, { cause }));
      else unit.reject(notOurs(unit.claim));
    } catch (error) {
      unit.reject(error);
    }
  }

  /** Tries each unit alone after an unknown error. If it was applied already, its own row will show it. */
  #separate(group: readonly Waiting[], error: unknown): void {
    const [only, ...others] = group;
    if (only !== undefined && others.length === 0) return void only.reject(error);
    for (const unit of group) unit.alone = true;
    this.#waiting.unshift(...group);
  }
}

/** Splits off the first waiting unit and all units that fit into the same transaction, in order. */
function nextGroup(waiting: readonly Waiting[]): { group: Waiting[]; rest: Waiting[] } {
  const group: Waiting[] = [];
  const rest: Waiting[] = [];
  const jobs = new Set<string>();
  const sums = new Set<string>();
  let own = 0;
  let bytes = 0;
  for (const unit of waiting) {
    const first = group.length === 0;
    if (!first && (unit.alone || group[0]?.alone || own + sums.size >= maxActions)) {
      rest.push(unit);
      continue;
    }
    const names = unit.additions.map(sumOf);
    const fresh = names.filter((name) => !sums.has(name)).length;
    const size = unit.additions.reduce((sum, addition) => sum + sizeOf(addition), 0);
    const fits = own + unit.own.length + sums.size + fresh <= maxActions && bytes + size <= maxBytes;
    if (!first && (!fits || jobs.has(unit.claim.jobId))) {
      rest.push(unit);
      continue;
    }
    group.push(unit);
    jobs.add(unit.claim.jobId);
    for (const name of names) sums.add(name);
    own += unit.own.length;
    bytes += size;
  }
  return { group, rest };
}
