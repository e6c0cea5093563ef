// Text for a reader: through a pager where standard output is a terminal, as it is elsewhere.
import { spawn } from "node:child_process";
import { once } from "node:events";

export type Reader = {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; rows?: number; columns?: number };
  env: NodeJS.ProcessEnv;
  /** False where the person wants none. */
  pager: boolean;
};

/** Shows a text; a pager is started only for what is longer than the screen. */
export async function show(text: string, { stdout, env, pager }: Reader): Promise<void> {
  const body = text.endsWith("\n") ? text : `${text}\n`;
  const rows = body.split("\n").length;
  if (pager && stdout.isTTY === true && rows > (stdout.rows ?? 24) && (await paged(body, env))) return;
  await new Promise<void>((resolve) => stdout.write(body, () => resolve()));
}

/** Whether a pager has shown it. `PAGER` is a command line, as git and man read it. */
async function paged(body: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const command = env.PAGER || "less";
  if (command === "cat") return false;
  const child = spawn("/bin/sh", ["-c", command], {
    stdio: ["pipe", "inherit", "inherit"],
    // Without -R, less shows control characters instead of obeying them; none should be left by now.
    env: { ...env, LESS: env.LESS ?? "FX" },
  });
  child.stdin.on("error", () => {
    // The reader has left before the end.
  });
  child.stdin.end(body);
  // Ctrl-C is the pager's while it shows something.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    // What a shell says of a command it does not find or may not run (POSIX, 2.8.2).
    return code !== 126 && code !== 127;
  } finally {
    process.off("SIGINT", ignore);
  }
}
