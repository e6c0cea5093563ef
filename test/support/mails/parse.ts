// Runs the task `parse-mail` in a real sandbox and reads the result.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import type {
  DecodeAnswer,
  DecodedPart,
  MailFacts,
} from "../../../worker/jobs/mail/parse-mail/child/contract.ts";
import { decodeAnswerSchema } from "../../../worker/jobs/mail/parse-mail/decode-answer-schema.ts";
import { generousLimits, never } from "../sandbox.ts";

/** A part with its bytes. */
export type ParsedPart = DecodedPart & { body: Buffer };

const limits = { ...generousLimits, memoryBytes: 400 * 1024 ** 2, outputBytes: 128 * 1024 ** 2 };

/** The task's answer and the bytes that it wrote. */
export async function parseRaw(
  sandbox: Sandbox,
  mail: Buffer | string,
): Promise<{ answer: DecodeAnswer; bodies: Buffer[] }> {
  await using directory = await sandbox.directory();
  await writeFile(join(directory.path, "source"), mail);
  const run = sandbox.run(
    { task: "parse-mail", input: { file: "source" } },
    { directory, limits, signal: never },
  );
  const answer = decodeAnswerSchema.parse(await run);
  const parts = answer.outcome === "decoded" ? answer.parts : [];
  const bodies = await Promise.all(parts.map(({ file }) => readFile(join(directory.path, file))));
  return { answer, bodies };
}

/** Parses a mail that must be accepted. Returns its facts and its parts; `inside` are those found in other parts. */
export async function parsed(
  sandbox: Sandbox,
  mail: Buffer | string,
): Promise<{
  facts: MailFacts;
  parts: ParsedPart[];
  text: string;
  attachments: ParsedPart[];
  inside: ParsedPart[];
}> {
  const { answer, bodies } = await parseRaw(sandbox, mail);
  if (answer.outcome === "refused") throw new Error(`refused: ${answer.reason}`);
  const parts = answer.parts.map((part, index) => ({ ...part, body: bodies[index] ?? Buffer.alloc(0) }));
  const text = parts.find(({ role }) => role === "text")?.body.toString() ?? "";
  return {
    facts: answer.facts,
    parts,
    text,
    attachments: parts.filter(({ role, within }) => role === "attachment" && within === undefined),
    inside: parts.filter(({ within }) => within !== undefined),
  };
}
