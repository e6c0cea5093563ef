// Entry of a sandbox child that takes many mails in one run: it decodes them one after another by the worker's own task, and
// checks and removes what each leaves, so that a run costs little more than the decoding.
import { readdir, stat, unlink } from "node:fs/promises";
import { serveTasks } from "../../../../worker/engine/sandbox/serve-tasks.ts";
import type { DecodeAnswer } from "../../../../worker/jobs/mail/parse-mail/child/contract.ts";
import { tasks } from "../../../../worker/jobs/sandbox/tasks.ts";

/** What became of a mail: the task's answer, or what is wrong with its files. */
export type BatchAnswer = { answer: DecodeAnswer; wrong: string | undefined };

const { runTask: parseMail } = await tasks["parse-mail"]();

async function runTask(given: unknown): Promise<BatchAnswer[]> {
  const { files } = given as { files: string[] };
  const waiting = new Set(files);
  const answers: BatchAnswer[] = [];
  for (const file of files) {
    const answer = await parseMail({ file });
    waiting.delete(file);
    const made = (await readdir(".")).filter((name) => !waiting.has(name));
    answers.push({ answer, wrong: await wrongWith(answer) });
    await Promise.all(made.map((name) => unlink(name)));
  }
  return answers;
}

/** Every part must have its file, of the size it says. What else is left, the worker removes with the run's directory. */
async function wrongWith(answer: DecodeAnswer): Promise<string | undefined> {
  if (answer.outcome === "refused") return undefined;
  for (const { file, bytes } of answer.parts) {
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size !== bytes) return `${file} has ${size} bytes, not the ${bytes} that were reported`;
  }
  return undefined;
}

await serveTasks({ "parse-mails": async () => ({ runTask }) }, ["parse-mails"]);
