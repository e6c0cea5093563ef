// The producers of a plan: they send its inputs in order, no faster than the fleet processes them, while an operator
// redrives dead letters.
import { resizeImage } from "../../../../worker/jobs/pictures/resize-image/job.ts";
import type { ArmedFaults } from "../faults/targeted-faults.ts";
import { isLater, type PlannedInput } from "../plan/inputs.ts";
import type { Plan } from "../plan/plan.ts";
import type { Produce } from "../produce/producer.ts";
import { redrive } from "../produce/redrive.ts";
import { isStuck, openJobs, type RunState, sleep, waitUntilSettled } from "./run-state.ts";

/** The state that producing works on. */
export type Producing = {
  plan: Plan;
  state: RunState;
  armed: ArmedFaults;
  produce: Produce;
  /** Keys whose next version is to fail. */
  failing: Map<string, "poisoned" | "crashing">;
};

/** Makes versions fail from the moment they exist, because a reader may be faster than the answer to the put. */
export function failOnceCreated({ state, armed, failing }: Producing): void {
  const { recorder, names } = state.world;
  recorder.subscribe((record) => {
    if (record.what !== "put" || record.bucket !== names.buckets.uploads) return;
    const how = failing.get(record.key);
    failing.delete(record.key);
    if (how !== undefined) armed[how].add(record.versionId ?? "");
  });
}

/** Sends everything: first all inputs but the later ones, then, once these have settled, the others. */
export async function produceAll(producing: Producing): Promise<void> {
  const { plan, armed, state } = producing;
  const first = plan.inputs.filter((input) => !isLater(input));
  const sent = new Set<PlannedInput>();
  const send = async (input: PlannedInput) => {
    if (sent.has(input)) return;
    sent.add(input);
    await sendOne(producing, input);
  };
  let redrives = 0;
  for (const [index, input] of first.entries()) {
    if (input.kind === "picture" && input.fate === "overwritten") {
      const after = first
        .slice(index + 1)
        .find((later) => later.kind === "picture" && later.key === input.key);
      if (after !== undefined) armed.overwritten.set(input.key, () => void send(after));
    }
    await send(input);
    await waitForRoom(state, plan.backlog);
    if (index >= (first.length * (redrives + 1)) / 3) {
      redrives += 1;
      await redriveDeadLetters(producing);
    }
  }
  await waitUntilSettled(state);
  await Promise.all([
    redriveDeadLetters(producing),
    (async () => {
      for (const input of plan.inputs) if (isLater(input)) await send(input);
    })(),
  ]);
}

async function sendOne(producing: Producing, input: PlannedInput): Promise<void> {
  const { state, failing, produce } = producing;
  const fate = input.kind === "picture" ? input.fate : undefined;
  const fails = fate === "poisoned" || fate === "crashing";
  if (input.kind === "picture" && fails) failing.set(input.key, fate);
  const produced = await produce(input);
  state.produced.push(produced);
  // If the event of a later version overtook this one, the job would be superseded instead of failing.
  while (fails && !produced.jobIds.every((jobId) => state.enqueued.has(jobId)) && !isStuck(state))
    await sleep(20);
}

async function waitForRoom(state: RunState, backlog: number): Promise<void> {
  while (openJobs(state).length > backlog && !isStuck(state)) await sleep(20);
}

/** The operator fixes what made jobs fail and redrives them. */
async function redriveDeadLetters({ state, armed }: Producing): Promise<void> {
  const { world, produced, redriven } = state;
  const versions = new Map(
    produced.flatMap(({ jobIds, versionId }) => jobIds.map((jobId) => [jobId, versionId] as const)),
  );
  const fixCause = (jobId: string) => {
    const version = versions.get(jobId) ?? "";
    armed.poisoned.delete(version);
    armed.crashing.delete(version);
    redriven.add(jobId);
  };
  await redrive(world.clients.sqs, world.names.fleet, resizeImage, fixCause, world.now);
}
