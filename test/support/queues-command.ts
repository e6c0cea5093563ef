// `npm run queues` in the test's own process, against a cloud, with what it wrote.
import { runQueues } from "../../scripts/queues/run-queues.ts";
import type { Jobs } from "../../scripts/queues/subcommand.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import { fixtureWork } from "./fixture-jobs.ts";
import { collected } from "./written.ts";

/** The kinds of the catalog. */
export const catalogJobs = catalog as unknown as Jobs;

/** The fixture job alone, as a cloud for it has no other queues. */
export const fixtureJob = { [fixtureWork.kind]: fixtureWork } as unknown as Jobs;

/** What a run of the command came to. */
export type QueuesRun = { code: number; stdout: string; stderr: string };

/**
 * Makes the command for one fleet; `answer` is typed where it asks, and without one nobody can be asked. Credentials are
 * those of a local system: the SDK would look for others in this process.
 */
export function queuesCommand({ AWS_ACCESS_KEY_ID: _, ...env }: Record<string, string>, jobs: Jobs) {
  return async (
    args: string[],
    {
      answer,
      now = Date.now,
      interrupted,
      written,
    }: {
      answer?: string;
      now?: () => number;
      /** Stands for Ctrl-C. */
      interrupted?: AbortSignal;
      /** Called at the start with what grows while the command writes. */
      written?: (texts: Readonly<{ stdout: string; stderr: string }>) => void;
    } = {},
  ): Promise<QueuesRun> => {
    const { stdout, stderr, texts } = collected();
    written?.(texts);
    const ask = async (question: string) => {
      stderr.write(question);
      return answer ?? "";
    };
    const code = await runQueues(args, {
      env,
      stdout,
      stderr,
      user: () => "olga",
      now,
      jobs,
      ...(answer !== undefined && { ask }),
      ...(interrupted !== undefined && { interrupted: () => interrupted }),
    });
    return { code, ...texts };
  };
}

/** The lines of `--json`. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
