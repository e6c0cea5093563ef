// Faults between simulated workers and their cloud: calls that are lost, doubled or delayed.
import type { VirtualClock } from "../../scripts/local/clock/clock.ts";
import { type FaultRule, ruleFrom } from "../../scripts/local/gateway/faults.ts";
import type { Ledger } from "../../worker/engine/ledger/ledger.ts";

/** The ledger over a network: calls take time, and may fail before or after they took effect. */
export function distant(
  ledger: Ledger,
  sleep: (ms: number) => Promise<void>,
  random: () => number,
  faultPercent: number,
): Ledger {
  const over = <Input extends unknown[], Output>(call: (...input: Input) => Promise<Output>) => {
    const fails = () => random() * 100 < faultPercent / 3;
    return async (...input: Input): Promise<Output> => {
      await sleep(random() * 300);
      if (fails()) throw new Error("the request was lost");
      const output = await call(...input);
      await sleep(random() * 300);
      if (fails()) throw new Error("the answer was lost");
      return output;
    };
  };
  return {
    isSuspect: over(ledger.isSuspect),
    claim: over(ledger.claim),
    presume: ledger.presume,
    commit: over(ledger.commit),
    applyStep: over(ledger.applyStep),
    mark: over(ledger.mark),
    noteInterruption: over(ledger.noteInterruption),
    noteFailure: over(ledger.noteFailure),
    notePutOff: over(ledger.notePutOff),
    noteAfterCommitFailure: over(ledger.noteAfterCommitFailure),
    deadLetterSent: over(ledger.deadLetterSent),
  };
}

/** Rules that lose and double calls to the queue, each from its own random sequence. */
export function lossRules(faultPercent: number, seed: number): FaultRule[] {
  const kinds = ["drop-before-apply", "drop-answer", "duplicate"] as const;
  const actions = ["ReceiveMessage", "ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessage"];
  return actions.flatMap((action, index) =>
    kinds.map((kind, nth) =>
      ruleFrom({
        service: "sqs",
        action,
        fault: { kind },
        probability: faultPercent / 300,
        seed: seed + 10 * index + nth,
      }),
    ),
  );
}

/** Delays some calls, sometimes for longer than a lease; `delayed` counts those in flight. */
export function slowness(clock: VirtualClock, faultPercent: number, random: () => number) {
  let delayed = 0;
  const rule: FaultRule = ({ action }) => {
    if (action === "ReceiveMessage" || random() * 100 >= faultPercent / 3) return undefined;
    const ms = Math.ceil(random() * 12_000);
    delayed += 1;
    clock.at(clock.now() + ms, () => {
      delayed -= 1;
    });
    return random() < 0.5
      ? { kind: "delay", beforeMs: ms, afterMs: 0 }
      : { kind: "delay", beforeMs: 0, afterMs: ms };
  };
  return { rule, delayed: () => delayed };
}
