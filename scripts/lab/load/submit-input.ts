// Submits one input of a mixed load as its sender would: upload, SMTP, Slack's request.
import { readFile, rm, writeFile } from "node:fs/promises";
import { type AvailableKind, kindOf } from "../../submit/kinds.ts";
import type { Source } from "../../submit/source.ts";
import type { Target } from "../../submit/target.ts";

/** An accepted input: what it is, and the job it became. */
export type Submitted = { name: AvailableKind["name"]; jobKind: AvailableKind["jobKind"]; jobId: string };

/**
 * Submits an input.
 * @param messageId makes a mail one of its own: the same mail would be one submission however often it is sent
 * @returns undefined when the system takes no inputs of this kind
 * @throws what the submission throws: then nobody was promised anything
 */
export async function submitInput(
  target: Target,
  source: Source,
  messageId: string,
): Promise<Submitted | undefined> {
  const kind = kindOf(source);
  if (typeof kind === "string") return undefined;
  const { signal } = new AbortController();
  const { name, jobKind } = kind;
  if (source.from !== "mail") return { name, jobKind, jobId: await kind.submit(target, source, signal) };
  const path = `${source.path}.${messageId}`;
  const text = await readFile(source.path, "latin1");
  await writeFile(path, `Message-ID: <${messageId}>\r\n${text}`, "latin1");
  try {
    return { name, jobKind, jobId: await kind.submit(target, { from: "mail", path }, signal) };
  } finally {
    await rm(path);
  }
}
