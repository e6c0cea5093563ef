// Asks Python's email package for the attachments of all mails, in one process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { Theirs } from "./compare.ts";

const script = fileURLToPath(new URL("./extract.py", import.meta.url));

const attachment = z.object({
  type: z.string(),
  name: z.string().nullable(),
  bytes: z.number(),
  sha256: z.string(),
  text: z.string(),
});

const answerSchema = z.union([
  z.object({ path: z.string(), attachments: z.array(attachment) }),
  z.object({ path: z.string(), error: z.string() }),
]);

/** Python's reading of a mail: its attachments, or why there are none. */
export type Reading = { attachments: Theirs[] } | { error: string };

/** No `python3` was found. */
export class NoPython extends FleetError {}

/**
 * Reads every file. Returns the readings by path.
 * @throws NoPython
 */
export async function readWithPython(paths: readonly string[]): Promise<Map<string, Reading>> {
  const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const started = once(child, "spawn").catch((cause: unknown) => {
    throw new NoPython("python3 was not found on the PATH", { cause });
  });
  child.stdin.on("error", () => {
    // How the process ends says why.
  });
  await started;
  child.stdin.end(paths.map((path) => `${path}\n`).join(""));
  const found = new Map<string, Reading>();
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = answerSchema.parse(JSON.parse(line));
    found.set(answer.path, answer);
  }
  return found;
}
