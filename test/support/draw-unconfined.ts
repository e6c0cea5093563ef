// The drawing task in a process that may read everything; the input comes as JSON.
import { runTask } from "../../worker/jobs/pictures/contact-sheet/child/draw.ts";

await runTask(JSON.parse(process.argv[2] ?? "null"));
