// What earlier runs found, so that a mutant is tried again only when its file or a test that judged it has changed.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** What became of a mutant: the test that saw it, if one did. */
export type Verdict = { killedBy: string | undefined; test: string | undefined };

const schema = z.object({
  baselines: z.record(
    z.string(),
    z.object({ hash: z.string(), ms: z.number(), failed: z.string().optional() }),
  ),
  verdicts: z.record(
    z.string(),
    z.object({ hash: z.string(), killedBy: z.string().optional(), test: z.string().optional() }),
  ),
});

type Kept = z.infer<typeof schema>;

/** A hash of texts. */
export function hashOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}\n${text}`);
  return hash.digest("hex");
}

/** The verdicts of earlier runs, in a file below node_modules; unreadable ones are forgotten. */
export class Verdicts {
  readonly #path: string;
  readonly #kept: Kept;

  constructor(root: string) {
    this.#path = join(root, "node_modules/.cache/fifo-fleet/mutation.json");
    this.#kept = read(this.#path);
  }

  baseline(test: string, hash: string): { ms: number; failed?: string | undefined } | undefined {
    const found = this.#kept.baselines[test];
    return found?.hash === hash ? found : undefined;
  }

  keepBaseline(test: string, hash: string, { ms, failed }: { ms: number; failed: string | undefined }): void {
    this.#kept.baselines[test] = { hash, ms, ...(failed !== undefined && { failed }) };
  }

  /** The test that saw a mutant last time, whatever has changed since: the one to try first. */
  lastSeenBy(id: string): string | undefined {
    return this.#kept.verdicts[id]?.test;
  }

  verdict(id: string, hashOfTests: (test: string | undefined) => string): Verdict | undefined {
    const found = this.#kept.verdicts[id];
    if (found === undefined || found.hash !== hashOfTests(found.test)) return undefined;
    return { killedBy: found.killedBy, test: found.test };
  }

  keep(id: string, hash: string, { killedBy, test }: Verdict): void {
    this.#kept.verdicts[id] = {
      hash,
      ...(killedBy !== undefined && { killedBy }),
      ...(test !== undefined && { test }),
    };
  }

  save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#kept));
  }
}

function read(path: string): Kept {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return { baselines: {}, verdicts: {} };
  }
}
