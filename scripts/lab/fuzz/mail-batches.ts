// Decodes many small mails in one run of one sandbox child, within the limits of one mail. One of each batch goes the
// worker's whole way instead; so does every mail of a batch that fails, one by one.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { createSandbox } from "../../../worker/engine/sandbox/create-sandbox.ts";
import { type Sandbox, SandboxFailure } from "../../../worker/engine/sandbox/sandbox.ts";
import { decodeAnswerSchema } from "../../../worker/jobs/mail/parse-mail/decode-answer-schema.ts";
import { sandboxLimits } from "../../../worker/jobs/mail/parse-mail/decode-mail.ts";
import type { RunOutcome } from "./suite.ts";

/** Mails of a batch. */
export const batchSize = 25;

/** Batches that a child decodes, so that it lives for about as many mails as twice those of a worker's child. */
const batchesOfChild = 40;

const answers = z.array(z.object({ answer: decodeAnswerSchema, wrong: z.string().optional() }));

/** Starts the children that take batches. */
export const createBatchSandbox = (size: number): Promise<Sandbox> =>
  createSandbox({
    size,
    log: pino({ level: "silent" }),
    childEntry: join(import.meta.dirname, "child", "mail-batch.ts"),
    retireAfterRuns: batchesOfChild,
  });

type Waiting = { input: Buffer; done: (outcome: RunOutcome) => void };

/**
 * Makes a function that takes one mail and resolves to its outcome. It waits until a batch is full, or until no mail has come
 * for a moment.
 * @param alone decodes one mail the worker's whole way
 */
export function batched(
  sandbox: Sandbox,
  alone: (input: Buffer) => Promise<RunOutcome>,
  onRoot: (root: string) => void,
): (input: Buffer) => Promise<RunOutcome> {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    const batch = waiting;
    waiting = [];
    void decodeBatch(batch, { sandbox, alone, onRoot });
  };
  return (input) =>
    new Promise((done) => {
      waiting.push({ input, done });
      clearTimeout(timer);
      if (waiting.length === batchSize) flush();
      else timer = setTimeout(flush, 50);
    });
}

type Ways = {
  sandbox: Sandbox;
  alone: (input: Buffer) => Promise<RunOutcome>;
  onRoot: (root: string) => void;
};

async function decodeBatch(batch: readonly Waiting[], { sandbox, alone, onRoot }: Ways): Promise<void> {
  const [first, ...others] = batch;
  if (first !== undefined) first.done(await alone(first.input));
  try {
    const found = await decodeTogether(
      others.map(({ input }) => input),
      sandbox,
      onRoot,
    );
    for (const [index, { done }] of others.entries()) done(outcomeOf(found[index]));
  } catch (error) {
    // One of them is at fault, or all together need too much: alone, each shows what it does.
    const name = error instanceof SandboxFailure ? undefined : "worker harmed";
    for (const { input, done } of others)
      done(name === undefined ? await alone(input) : { name, finding: { grave: true, what: String(error) } });
  }
}

async function decodeTogether(inputs: readonly Buffer[], sandbox: Sandbox, onRoot: (root: string) => void) {
  if (inputs.length === 0) return [];
  await using directory = await sandbox.directory();
  onRoot(dirname(directory.path));
  const files = inputs.map((_, index) => `mail-${index}`);
  await Promise.all(inputs.map((input, index) => writeFile(join(directory.path, files[index] ?? ""), input)));
  const signal = new AbortController().signal;
  const value = await sandbox.run(
    { task: "parse-mails", input: { files } },
    { directory, limits: sandboxLimits, signal },
  );
  return answers.length(inputs.length).parse(value);
}

function outcomeOf(found: z.infer<typeof answers>[number] | undefined): RunOutcome {
  if (found === undefined) return { name: "lost", finding: { grave: true, what: "no answer" } };
  const { answer, wrong } = found;
  const name = answer.outcome === "refused" ? `refused ${answer.code}` : "decoded";
  return wrong === undefined ? { name } : { name, finding: { grave: true, what: wrong } };
}
