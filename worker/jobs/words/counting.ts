// Adds a text's words to the words table, `factor` per occurrence. A small text is one commit. A large one follows a stored
// plan in steps, and the last step is the commit.
import type { Handler, JobContext, JobResult } from "../../engine/job/handler.ts";
import { hourOf } from "./hour-row.ts";
import { countWords } from "./split-words.ts";
import { additionsOf, deletePlan, type Plan, planOf, readPlan, storePlan } from "./word-plan.ts";
import type { WordsSaid } from "./words-said.ts";

/** How a kind counts: what it adds for each occurrence, and whether it also adds it to the hour of the message. */
export type Counting = { factor: number; byHour?: boolean };

/** Makes the handler of a kind that counts. */
export function countingHandler({ factor, byHour = false }: Counting): Handler<WordsSaid> {
  return {
    run: async ({ text }, context) => {
      const applied = context.steps?.applied ?? 0;
      if (applied > 0) return finish(await readPlan(context), context);
      const plan = planOf(countWords(text), factor, byHour ? hourOf(context.enqueuedAt) : undefined);
      return finish(plan.chunks.length <= 1 ? plan : await storePlan(plan, context), context);
    },
    afterCommit: async (_, { chunks }, context) => {
      if (typeof chunks === "number" && chunks > 1) await deletePlan(context);
    },
  };
}

/** Applies the missing chunks of the plan, except the last one, which is part of the commit. */
async function finish(plan: Plan, context: JobContext): Promise<JobResult> {
  const { steps, names } = context;
  const { chunks } = plan;
  for (const [step, chunk] of chunks.slice(0, -1).entries()) {
    if (step < (steps?.applied ?? 0)) continue;
    if (steps === undefined) throw new TypeError("a plan with several chunks needs steps");
    await steps.apply(step, additionsOf(chunk, plan, names));
  }
  const distinct = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const added = chunks.flat().reduce((sum, [, amount]) => sum + amount, 0);
  return {
    effects: [],
    additions: additionsOf(chunks.at(-1) ?? [], plan, names),
    result: { distinct, added, chunks: chunks.length },
  };
}
