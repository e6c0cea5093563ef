// Replays the events that triggers could not take.
import { counted } from "../../cli/format.ts";
import { countsOf, readAllFailed } from "../../queues/failed/read-all.ts";
import { ActionRefused, type Done, type Operator } from "./operator.ts";

/** Passes every failed event that can be processed now to its trigger. */
export async function replayEvents({ streams, ...operator }: Operator): Promise<Done> {
  if (streams === undefined) throw new ActionRefused("streams cannot be read at this endpoint");
  const found = await readAllFailed({ ...operator, streams }, { replay: true, clear: false });
  const facts = countsOf(found);
  const done = (facts.replayed ?? 0) + (facts.rebuilt ?? 0);
  const left = found.length - done;
  const rest = left === 0 ? "" : ` ${counted(left, "event")} stay: npm run queues -- failed says why.`;
  return { text: `${done === 0 ? "Nothing was" : `${counted(done, "event")}`} replayed.${rest}`, facts };
}
