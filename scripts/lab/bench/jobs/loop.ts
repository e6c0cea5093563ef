// Inside a bare loop's process: handles all files, some at once, and measures what follows the warm-up.
import { z } from "zod";
import { treeCpu } from "../../measure/processes.ts";
import { handleOrders, sendToParent } from "../child.ts";

const planSchema = z.looseObject({
  folder: z.string(),
  /** File names; they repeat. */
  names: z.array(z.string()),
  warm: z.number(),
  atOnce: z.number(),
});

/** The plan of a loop, and whatever else its suite gives it. */
export type LoopPlan = z.output<typeof planSchema>;

/**
 * Serves the loop. `make` prepares what handles a file.
 * @param make the handler gets a file's name and its place in the list
 */
export async function serveLoop(
  make: (plan: LoopPlan) => Promise<(name: string, index: number) => Promise<unknown>>,
): Promise<void> {
  const plan = planSchema.parse(JSON.parse(process.argv[2] ?? ""));
  const handle = await make(plan);
  handleOrders({ start: () => loop(plan, handle) });
  sendToParent({ is: "ready" });
}

async function loop(
  { names, warm, atOnce }: LoopPlan,
  handle: (name: string, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let done = 0;
  // With the processes that a loop starts for its files.
  const cpu = () => treeCpu(process.pid).treeMs;
  let begun = { at: performance.now(), cpu: cpu() };
  const work = async () => {
    for (let index = next++; index < names.length; index = next++) {
      await handle(names[index] ?? "", index);
      done += 1;
      if (done === warm) begun = { at: performance.now(), cpu: cpu() };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const measured = { ms: performance.now() - begun.at, files: done - warm, cpuMs: cpu() - begun.cpu };
  sendToParent({ is: "done", ...measured });
}
