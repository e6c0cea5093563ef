// The parent's side of the trigger host: invokes triggers by function ARN, restarts a host that died.
import { type ChildProcess, fork } from "node:child_process";
import type { Logger } from "pino";
import type { HostAnswer } from "./trigger-host.ts";

/** Calls a trigger; rejects when the trigger throws or its host dies. */
export type Triggers = {
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  close: () => Promise<void>;
};

/** The ARN a trigger has in the local cloud. */
export function triggerArn(region: string, accountId: string, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void };

/** Starts the host with the given environment; nothing else of this process's environment reaches the triggers. */
export function startTriggers(options: { env: Record<string, string>; log: Logger }): Triggers {
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
    const lines = (chunk: Buffer) => options.log.info({ trigger: chunk.toString().trim() }, "trigger output");
    started.stdout?.on("data", lines);
    started.stderr?.on("data", lines);
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
