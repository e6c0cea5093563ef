// A child process of a benchmark: told and heard over IPC in plain objects, gone when it is ended or its parent dies.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Every message of a child says what it is; the rest is checked by who hears it. */
const saidSchema = z.looseObject({ is: z.string() });
type Said = z.infer<typeof saidSchema>;

/** A running child. */
export type Child = {
  /** Process id; 0 when it could not be started. */
  pid: number;
  tell: (message: Record<string, unknown>) => void;
  /** The next message of that kind, also one that came before; rejects when the child ends without it. */
  hear: <Shape extends z.ZodType>(is: string, shape: Shape) => Promise<z.output<Shape>>;
  /** Rejects when the child ends, for whatever reason; never resolves. */
  died: Promise<never>;
  /** Lets the child go (its tether ends it), kills it if it stays, and resolves when it is gone. */
  end: () => Promise<void>;
};

const tether = fileURLToPath(new URL("../../local/processes/tether.ts", import.meta.url));

/** Starts a module of this folder as a process of its own. Its stdout is dropped, its stderr shown. */
export function startChild(
  entry: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Child {
  const child = fork(fileURLToPath(new URL(entry, import.meta.url)), options.args ?? [], {
    execArgv: ["--import", tether],
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const heard: Said[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  child.on("message", (message) => {
    heard.push(saidSchema.parse(message));
    wake();
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      resolve();
      wake();
    }),
  );
  const died = gone.then(() => Promise.reject(new Error(`${entry} ended early`)));
  died.catch(() => {});
  const next = (is: string): Promise<Said> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const at = heard.findIndex((said) => said.is === is);
        const [said] = at < 0 ? [] : heard.splice(at, 1);
        if (said === undefined && !ended) return;
        waiting.delete(look);
        if (said !== undefined) resolve(said);
        else reject(new Error(`${entry} ended before it said "${is}"`));
      };
      waiting.add(look);
      look();
    });
  return {
    pid: child.pid ?? 0,
    died,
    tell: (message) => void (child.connected && child.send(message)),
    hear: async (is, shape) => shape.parse(await next(is)),
    end: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), 2000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Inside a child: says something to the parent. */
export function say(message: Said): void {
  process.send?.(message);
}

/**
 * Inside a child: handles what the parent tells, by its `do`, and keeps the child alive for it; a handler that fails
 * ends the child with the error.
 */
export function obey(orders: Record<string, (order: unknown) => unknown>): void {
  process.channel?.ref();
  process.on("message", (message) => {
    const name = z.looseObject({ do: z.string() }).parse(message).do;
    Promise.resolve(orders[name]?.(message)).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
}
