// Adds a text's words to the words table, `factor` per occurrence. A small text is one commit. A large one follows a stored
// plan in steps, and the last step is the commit.
import type { Handler, JobContext, JobResult } from "../../engine/job/handler.ts";
import { countWords } from "./split-words.ts";
import { additionsOf, type Chunk, chunksOf, deletePlan, readPlan, storePlan } from "./word-plan.ts";
import type { WordsSaid } from "./words-said.ts";

/** Makes the handler of a kind that adds `factor` per occurrence of a word. */
export function countingHandler(factor: number): Handler<WordsSaid> {
  return {
    run: async ({ text }, context) => {
      const applied = context.steps?.applied ?? 0;
      if (applied > 0) return finish(await readPlan(context), context);
      const chunks = chunksOf(countWords(text), factor);
      return finish(chunks.length <= 1 ? chunks : await storePlan(chunks, context), context);
    },
    afterCommit: async (_, { chunks }, context) => {
      if (typeof chunks === "number" && chunks > 1) await deletePlan(context);
    },
  };
}

/** Applies the missing chunks of the plan, except the last one, which is part of the commit. */
async function finish(chunks: readonly Chunk[], context: JobContext): Promise<JobResult> {
  const { steps, names } = context;
  for (const [step, chunk] of chunks.slice(0, -1).entries()) {
    if (step < (steps?.applied ?? 0)) continue;
    if (steps === undefined) throw new TypeError("a plan with several chunks needs steps");
    await steps.apply(step, additionsOf(chunk, names));
  }
  const distinct = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const added = chunks.flat().reduce((sum, [, amount]) => sum + amount, 0);
  return {
    effects: [],
    additions: additionsOf(chunks.at(-1) ?? [], names),
    result: { distinct, added, chunks: chunks.length },
  };
}
