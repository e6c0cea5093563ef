// The parent's side of the trigger host: invokes triggers by function ARN and restarts the host when it dies.
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Logger } from "pino";
import type { MetricStore } from "../cloudwatch/metric-store.ts";
import { type Printer, takePrintedLine } from "../processes/printed-lines.ts";
import type { HostAnswer } from "./trigger-host.ts";

/** Invokes a trigger. Rejects when the trigger throws or its host dies. */
export type Triggers = {
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  close: () => Promise<void>;
};

/** The ARN of a trigger in the local cloud. */
export function triggerArn(region: string, accountId: string, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void };

/** How the host runs. */
export type TriggerOptions = {
  /** The whole environment of the triggers: nothing of this process's own reaches them. */
  env: Record<string, string>;
  log: Logger;
  /** Gets the metrics the triggers print. */
  metrics?: Pick<MetricStore, "add">;
};

/** Starts the host. */
export function startTriggers(options: TriggerOptions): Triggers {
  // A trigger's info records say that an event needed nothing: too many for a terminal.
  const printer: Printer = { ...options, name: "trigger", levels: { info: "debug" } };
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closed = false;
  let child = start();

  function start(): ChildProcess {
    const started = fork(new URL("./trigger-host.ts", import.meta.url), {
      env: options.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [started.stdout, started.stderr])
      if (stream !== null)
        createInterface({ input: stream }).on("line", (line) => takePrintedLine(line, printer));
    started.on("message", (message: HostAnswer) => {
      if ("ready" in message) return;
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) call?.resolve(message.result);
      else call?.reject(new Error(message.error));
    });
    started.on("exit", () => {
      for (const call of waiting.values()) call.reject(new Error("the trigger host died"));
      waiting.clear();
      if (!closed) child = start();
    });
    return started;
  }

  return {
    invoke: (functionArn, event) =>
      new Promise((resolve, reject) => {
        calls += 1;
        waiting.set(calls, { resolve, reject });
        child.send({ id: calls, functionArn, event }, (error) => {
          if (error === null) return;
          waiting.delete(calls);
          reject(error);
        });
      }),
    close: async () => {
      closed = true;
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}
