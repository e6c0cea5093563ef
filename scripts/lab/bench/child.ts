// A child process of a benchmark. Parent and child exchange plain objects over IPC. It exits when its parent dies.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { cores, type Side } from "./cores.ts";

/** Every message of a child names its type; the receiver checks the rest. */
const messageSchema = z.looseObject({ is: z.string() });
type ChildMessage = z.infer<typeof messageSchema>;

/** A running child. */
export type Child = {
  /** Process id; 0 when it could not be started. */
  pid: number;
  send: (message: Record<string, unknown>) => void;
  /** The next message of that type, or one that arrived before. Rejects when the child exits without it. */
  receive: <Shape extends z.ZodType>(is: string, shape: Shape) => Promise<z.output<Shape>>;
  /** Rejects when the child exits, for whatever reason. Never resolves. */
  died: Promise<never>;
  /** Disconnects the child, whose tether then ends it; kills it if it stays. Resolves once it is gone. */
  end: () => Promise<void>;
};

const tether = fileURLToPath(new URL("../../local/processes/tether.ts", import.meta.url));

/** How a child is started. Without a side it may run on all cores. */
export type ChildOptions = {
  args?: string[];
  /** Options of Node. */
  nodeArgs?: string[];
  env?: Record<string, string>;
  side?: Side;
};

/** Starts a module, given relative to this folder or absolute, as a process. Its stdout is dropped, its stderr shown. */
export function startChild(entry: string, { args = [], nodeArgs = [], env, side }: ChildOptions = {}): Child {
  const own = ["--import", tether, ...nodeArgs];
  const child = fork(fileURLToPath(new URL(entry, import.meta.url)), args, {
    // Processes that it starts inherit its cores (sched_setaffinity(2)).
    ...(side && cores
      ? { execPath: "taskset", execArgv: ["-c", cores[side], process.execPath, ...own] }
      : { execArgv: own }),
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const received: ChildMessage[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  child.on("message", (message) => {
    received.push(messageSchema.parse(message));
    wake();
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      resolve();
      wake();
    }),
  );
  const died = gone.then(() => Promise.reject(new Error(`${entry} exited early`)));
  died.catch(() => {});
  const next = (is: string): Promise<ChildMessage> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const at = received.findIndex((said) => said.is === is);
        const [said] = at < 0 ? [] : received.splice(at, 1);
        if (said === undefined && !ended) return;
        waiting.delete(look);
        if (said !== undefined) resolve(said);
        else reject(new Error(`${entry} exited before it sent "${is}"`));
      };
      waiting.add(look);
      look();
    });
  return {
    pid: child.pid ?? 0,
    died,
    send: (message) => void (child.connected && child.send(message)),
    receive: async (is, shape) => shape.parse(await next(is)),
    end: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), 2000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Inside a child: sends a message to the parent. */
export function sendToParent(message: ChildMessage): void {
  process.send?.(message);
}

/**
 * Inside a child: handles the parent's orders by their `do` field, and keeps the child alive for them. A handler that fails
 * ends the child with the error.
 */
export function handleOrders(orders: Record<string, (order: unknown) => unknown>): void {
  process.channel?.ref();
  process.on("message", (message) => {
    const name = z.looseObject({ do: z.string() }).parse(message).do;
    Promise.resolve(orders[name]?.(message)).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
}
