// Inputs whose fate shows only in the run: what the reference takes them for.
import type { History } from "../log/history.ts";
import type { ProducedInput } from "../produce/producer-log.ts";

/**
 * A hostile picture dies of its attack, or is refused where its child was seen to break a limit first: on a busy machine two
 * thousand files take longer than the next look. The reference takes the one that was refused for what it is.
 */
export function asJudged(produced: ProducedInput, { jobs }: Pick<History, "jobs">): ProducedInput {
  const { input, jobIds } = produced;
  if (input.kind !== "picture" || input.fate !== "hostile") return produced;
  const refused = jobIds.some((jobId) => jobs.get(jobId)?.ends.at(-1)?.status === "rejected");
  return refused ? { ...produced, input: { ...input, fate: "refused" } } : produced;
}
