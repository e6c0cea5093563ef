// Shows text to a person: through a pager on a terminal, unchanged elsewhere.
import { spawn } from "node:child_process";
import { once } from "node:events";

export type Reader = {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; rows?: number; columns?: number };
  env: NodeJS.ProcessEnv;
  /** False with --no-pager. */
  pager: boolean;
};

/** Shows a text; starts a pager only for a text longer than the screen. */
export async function show(text: string, { stdout, env, pager }: Reader): Promise<void> {
  const body = text.endsWith("\n") ? text : `${text}\n`;
  const rows = body.split("\n").length;
  if (pager && stdout.isTTY === true && rows > (stdout.rows ?? 24) && (await paged(body, env))) return;
  await new Promise<void>((resolve) => stdout.write(body, () => resolve()));
}

/** Resolves to true if a pager has shown the text. `PAGER` is a command line, as in git and man. */
async function paged(body: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const command = env.PAGER || "less";
  if (command === "cat") return false;
  const child = spawn("/bin/sh", ["-c", command], {
    stdio: ["pipe", "inherit", "inherit"],
    // Without -R, less shows control characters instead of obeying them. The text should contain none.
    env: { ...env, LESS: env.LESS ?? "FX" },
  });
  child.stdin.on("error", () => {
    // The person left the pager before the end of the text.
  });
  child.stdin.end(body);
  // While the pager runs, Ctrl-C is for the pager.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    // A shell's codes for a command that is missing or may not be run (POSIX, 2.8.2).
    return code !== 126 && code !== 127;
  } finally {
    process.off("SIGINT", ignore);
  }
}
