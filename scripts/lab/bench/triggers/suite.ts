// The triggers suite: each trigger's bundle with a recorded event, again and again, beside the one SDK call that a trigger cannot
// do without.
import { mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { bundleFunction } from "../../../build/bundle-function.ts";
import { startSurroundings } from "../../cloud-check/lambda/check-lambdas.ts";
import { recordedEvents } from "../../cloud-check/lambda/events.ts";
import { startChild } from "../child.ts";
import { type Contest, compare, type Figures, reportOf } from "../compare.ts";
import { circumstances, type Suite } from "../suite.ts";

const root = resolve(import.meta.dirname, "../../../..");
const main = "CPU ms each";
const fleet = "triggers";

/** Triggers that are asked for each event; the pages have a suite of their own. */
const measuredTriggers = ["image-uploaded", "mail-received", "slack-message", "record-changed"];

/** Events of one run; the first ones warm up. */
const times = { warm: 200, measured: 800 };

const doneSchema = z.object({ ms: z.number(), cpuMs: z.number() });

/** Invokes triggers and reports the CPU of an event. */
export const suite: Suite = async (options) => {
  const folder = await mkdtemp(join(root, "node_modules/.fleet-bench-"));
  const names = resourceNames(fleet);
  const surroundings = await startSurroundings(names);
  try {
    const contests: Contest[] = [];
    for (const trigger of measuredTriggers) {
      const recorded = recordedEvents(names).find(
        (each) =>
          each.trigger === trigger &&
          !("fails" in each.answers) &&
          Object.keys(each.arrives ?? {}).length > 0,
      );
      if (recorded === undefined) throw new Error(`no event of ${trigger} is recorded`);
      const bundle = join(folder, `${trigger}.cjs`);
      await bundleFunction(root, `triggers/${trigger}.ts`, bundle);
      contests.push(contestOf(trigger, { bundle, event: recorded.event }, surroundings.environment));
    }
    const rows = await compare({ suite: "triggers", main, contests }, options);
    return reportOf(
      rows,
      main,
      `Events, one after the other, ${circumstances({ ...options, latencyMs: 0 })}.`,
    );
  } finally {
    await surroundings.close();
    await rm(folder, { recursive: true, force: true });
  }
};

function contestOf(
  name: string,
  plan: { bundle: string; event: unknown },
  environment: Record<string, string>,
): Contest {
  const measure = (what: Record<string, unknown>) => async (): Promise<Figures> => {
    const child = startChild("./triggers/trigger-process.ts", {
      args: [JSON.stringify({ ...what, ...times, fleet })],
      env: { ...environment, FLEET_NAME: fleet },
      side: "measured",
    });
    try {
      const { ms, cpuMs } = await child.receive("done", doneSchema);
      return { [main]: cpuMs / times.measured, "ms each": ms / times.measured };
    } finally {
      await child.end();
    }
  };
  return {
    name,
    contenders: [
      { name: "the trigger", measure: measure(plan) },
      { name: "one SendMessage by the SDK", measure: measure({}) },
    ],
  };
}
