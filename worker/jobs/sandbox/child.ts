// Entry of a decode child: serves the sandbox's tasks. Arguments: tasks to load before it is ready.
import { serveTasks } from "../../engine/sandbox/serve-tasks.ts";
import { tasks } from "./tasks.ts";

await serveTasks(tasks, process.argv.slice(2));
