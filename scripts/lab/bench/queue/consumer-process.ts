// One consumer under test, alone in a fresh process: starts on request, measures its own CPU time, reports what the observer
// saw.
import { z } from "zod";
import { handleOrders, sendToParent } from "../child.ts";
import { modules } from "./consumers.ts";
import { createObserver } from "./observer.ts";
import { jobSchema } from "./workload.ts";

const plan = z
  .object({
    consumer: z.string(),
    queueUrl: z.string(),
    slots: z.number(),
    fleet: z.string(),
    ledger: z.boolean(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));
const bodySchema = z.object({ payload: jobSchema });

const load = modules[plan.consumer];
if (load === undefined) throw new Error(`no consumer is called ${plan.consumer}`);
const { start } = await load();
const observer = createObserver();
let marked = process.cpuUsage();

handleOrders({
  start: () =>
    start({
      ...plan,
      run: observer.run,
      // What users of a queue library write: the body is JSON of a known shape.
      runBody: (text) => observer.run((JSON.parse(text) as z.output<typeof bodySchema>).payload),
    }),
  mark: () => {
    marked = process.cpuUsage();
  },
  report: () => {
    const { user, system } = process.cpuUsage(marked);
    sendToParent({ is: "report", cpuMs: (user + system) / 1000, ...observer.observed() });
  },
});
sendToParent({ is: "ready" });
