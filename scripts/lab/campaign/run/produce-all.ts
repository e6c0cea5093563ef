// The producers of a plan: they send its inputs in order, no faster than the fleet processes them, while an operator
// redrives dead letters.

import { deadLetterQueueName } from "../../../../worker/fleet/resources.ts";
import { resizeImage } from "../../../../worker/jobs/pictures/resize-image/job.ts";
import type { Count } from "../faults/random-faults.ts";
import type { ArmedFaults } from "../faults/targeted-faults.ts";
import type { CloudRecord } from "../log/record.ts";
import { isLater, type PlannedInput } from "../plan/inputs.ts";
import type { Plan } from "../plan/plan.ts";
import type { Produce } from "../produce/producer.ts";
import { moveAsConsole, redrive } from "../produce/redrive.ts";
import { backlogOf, isStuck, type RunState, sleep, waitUntilSettled } from "./run-state.ts";

/** Pictures that cannot be read as they should. */
type Failing = "poisoned" | "crashing" | "withheld";
const isFailing = (fate: string | undefined): fate is Failing =>
  fate === "poisoned" || fate === "crashing" || fate === "withheld";

/** How long S3 cannot read a withheld picture, minutes of the workers' time. */
const withheldMinutes = 3;

/** The state that producing works on. */
export type Producing = {
  plan: Plan;
  state: RunState;
  armed: ArmedFaults;
  produce: Produce;
  /** Keys whose next version is to fail. */
  failing: Map<string, Failing>;
  count: Count;
};

/** Makes versions fail from the moment they exist, because a reader may be faster than the answer to the put. */
export function failOnceCreated({ state, armed, failing }: Producing): void {
  const { recorder, names, time } = state.world;
  recorder.subscribe((record) => {
    if (record.what !== "put" || record.bucket !== names.buckets.uploads) return;
    const how = failing.get(record.key);
    failing.delete(record.key);
    const versionId = record.versionId ?? "";
    if (how === "withheld") armed.withheld.set(versionId, Date.now() + withheldMinutes * 60_000 * time.scale);
    else if (how !== undefined) armed[how].add(versionId);
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
      await redriveDeadLetters(producing, redrives);
    }
  }
  await waitUntilSettled(state);
  await Promise.all([
    redriveDeadLetters(producing, redrives + 1),
    (async () => {
      for (const input of plan.inputs) if (isLater(input)) await send(input);
    })(),
  ]);
}

async function sendOne(producing: Producing, input: PlannedInput): Promise<void> {
  const { state, failing, produce } = producing;
  const fate = input.kind === "picture" ? input.fate : undefined;
  const fails = isFailing(fate);
  if (input.kind === "picture" && isFailing(fate)) failing.set(input.key, fate);
  const produced = await produce(input);
  state.produced.push(produced);
  // If the event of a later version overtook this one, the job would be superseded instead of failing.
  while (fails && !produced.jobIds.every((jobId) => state.enqueued.has(jobId)) && !isStuck(state))
    await sleep(20);
}

async function waitForRoom(state: RunState, backlog: number): Promise<void> {
  while (backlogOf(state) > backlog && !isStuck(state)) await sleep(20);
}

/** The operator fixes what made jobs fail and redrives them: by our tool, or every second time as the AWS console does. */
async function redriveDeadLetters({ state, armed, count }: Producing, turn: number): Promise<void> {
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
  const { clients, names, recorder, now } = world;
  if (turn % 2 === 0) return redrive(clients.sqs, names.fleet, resizeImage, fixCause, now);
  const letters = lettersIn(recorder.records, deadLetterQueueName(names.fleet, resizeImage.kind));
  for (const jobId of letters) if (!redriven.has(jobId)) fixCause(jobId);
  await moveAsConsole(clients.sqs, names.fleet, resizeImage.kind, count);
}

const lettersIn = (records: readonly CloudRecord[], queue: string): Set<string> =>
  new Set(
    records.flatMap((record) => (record.what === "sent" && record.queue === queue ? [record.jobId] : [])),
  );
