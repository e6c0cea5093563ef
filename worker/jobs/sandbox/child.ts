// Entry of a sandbox child. Arguments: the names of the tasks to load before the child reports that it is ready.
import { serveTasks } from "../../engine/sandbox/serve-tasks.ts";
import { tasks } from "./tasks.ts";

await serveTasks(tasks, process.argv.slice(2));
