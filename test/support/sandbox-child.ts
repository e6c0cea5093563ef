// Entry of a sandbox child for tests: the hostile tasks of sandbox-tasks.ts.
import { serveTasks } from "../../worker/engine/sandbox/serve-tasks.ts";

const load = () => import("./sandbox-tasks.ts");

await serveTasks(
  {
    hostile: load,
    preloaded: async () => {
      const { markPreloaded } = await load();
      markPreloaded();
      return load();
    },
    endless: () => new Promise(() => {}),
    broken: () => Promise.reject(new Error("it is not in the image")),
  },
  process.argv.slice(2),
);
