// The child's side: reads one task after another from its pipe and answers. Runs without rights and knows nothing of the
// worker, its queues or its stores.
import { Socket } from "node:net";
import { type ChildRequest, encodeLine, lineReader, pipeDescriptor } from "./protocol.ts";

/** A task: JSON values in, JSON values out, files by plain name in the working directory. */
export type TaskFunction = (input: unknown) => unknown;

/** Tasks by name; each module is loaded on first use. */
export type TaskMap = Readonly<Record<string, () => Promise<{ runTask: TaskFunction }>>>;

/**
 * Serves the tasks until the pipe closes, then dies immediately. Tasks in `preload` are loaded right after it has said that it is ready;
 * what is asked meanwhile is answered between two of them.
 * @throws whatever a task's module throws when it is loaded
 */
export async function serveTasks(tasks: TaskMap, preload: readonly string[]): Promise<void> {
  const pipe = new Socket({ fd: pipeDescriptor, readable: true, writable: true });
  // The worker is gone. SIGKILL also ends native code on other threads.
  pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
  pipe.on("error", () => process.kill(process.pid, "SIGKILL"));
  pipe.on(
    "data",
    lineReader(async (line) => pipe.write(await answer(tasks, line))),
  );
  pipe.write(encodeLine({ type: "ready" }));
  for (const name of preload) {
    await new Promise((next) => setImmediate(next));
    await tasks[name]?.();
  }
  pipe.write(encodeLine({ type: "loaded" }));
}

async function answer(tasks: TaskMap, line: string): Promise<string> {
  // Children trust the worker; only the other direction is checked.
  const { id, task, input } = JSON.parse(line) as ChildRequest;
  try {
    const load = tasks[task];
    if (!load) throw new Error(`no task named ${task}`);
    const { runTask } = await load();
    return encodeLine({ type: "value", id, value: (await runTask(input)) ?? null });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "unknown", message: String(error) };
    const code = error instanceof Error && "code" in error ? String(error.code).slice(0, 100) : undefined;
    return encodeLine({ type: "error", id, name: name.slice(0, 200), message: message.slice(0, 4000), code });
  }
}
