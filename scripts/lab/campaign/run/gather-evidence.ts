// The evidence of a finished run: everything the oracle may look at, put together once.
import { workerPrefix } from "../fleet/fleet.ts";
import { leftFiles } from "../fleet/leftovers.ts";
import { historyOf } from "../log/history.ts";
import type { Evidence } from "../oracle/evidence.ts";
import { type ProducedInput, producedOf } from "../produce/producer-log.ts";
import { asJudged } from "../reference/as-judged.ts";
import { readCloud } from "../reference/cloud-contents.ts";
import { ambiguousIn, compare, orphanRows } from "../reference/compare.ts";
import { reference } from "../reference/reference.ts";
import { expectedSheets, type RunState } from "./run-state.ts";

/** The evidence, without leftover processes: those are counted once the world is closed. */
export async function gatherEvidence(state: RunState): Promise<Evidence> {
  const { world, redriven, events } = state;
  const { names, recorder } = world;
  const history = historyOf(recorder.records, {
    fleet: names.fleet,
    jobsTable: names.tables.jobs,
    secondMs: 1000 * world.time.scale,
  });
  const produced = state.produced.map((input) => asJudged(input, history));
  const contents = await readCloud(world);
  const begun = new Set(recorder.records.flatMap(({ what, from }) => (what === "received" ? [from] : [])));
  return {
    history,
    acknowledged: [
      ...produced.flatMap(({ jobIds, input }) =>
        jobIds.map((jobId) => ({ jobId, kind: input.kind, name: JSON.stringify(input) })),
      ),
      ...expectedSheets(state),
    ],
    designedDeadLetters: designedDeadLetters(produced),
    processes: events,
    ambiguousMails: ambiguousIn(contents),
    effects: compare(reference(produced, redriven), contents, names),
    leftovers: {
      processes: [],
      files: leftFiles(world.folder, events, begun),
      rows: orphanRows(contents, history),
    },
    originals: [
      { bucket: names.buckets.uploads, deleterOf: deleterOf(produced) },
      { bucket: names.buckets.incoming, deleterOf: deleterOfFile(produced) },
      { bucket: names.buckets.mails, deleterOf: () => undefined },
    ],
    stallMs: state.stalls.max / 1e6,
    outages: [],
    fleet: { workers: 3, scale: world.time.scale },
    workerPrefix,
  };
}

function designedDeadLetters(produced: readonly ProducedInput[]): Set<string> {
  const failing = producedOf(produced, "picture").filter(
    ({ input: { fate } }) => fate === "poisoned" || fate === "crashing" || fate === "hostile",
  );
  return new Set([...failing, ...producedOf(produced, "garbage")].flatMap(({ jobIds }) => jobIds));
}

/** The only job that may delete a version of an uploaded picture. */
function deleterOf(produced: readonly ProducedInput[]) {
  const deleters = new Map(
    producedOf(produced, "picture").map(({ input, versionId, jobIds }) => [
      `${input.key} ${versionId}`,
      jobIds[0],
    ]),
  );
  return (key: string, versionId: string) => deleters.get(`${key} ${versionId}`);
}

/** The only job that may delete an uploaded file: the one that stored it. */
function deleterOfFile(produced: readonly ProducedInput[]) {
  const deleters = new Map(
    producedOf(produced, "file").map(({ versionId, jobIds }) => [versionId, jobIds[0]]),
  );
  return (_: string, versionId: string) => deleters.get(versionId);
}
