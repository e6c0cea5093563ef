// Payloads from the command line: read from where they are, and checked by their kind's schema before anything is sent.
import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { type JobDefinition, jobIdOf, queueSafeId } from "../../worker/engine/job/define-job.ts";
import { maxMessageBytes } from "../../worker/engine/job/message.ts";
import { unknownField } from "../../worker/engine/receive/unknown-field.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import type { EnqueueArguments } from "./arguments.ts";

/** A checked payload, and the line it is on; 1 for a single one. */
export type Given = { line: number; payload: unknown; jobId: string; group: string };

/** Problems that are told; a file may have as many as it has lines. */
const mostProblems = 10;

/**
 * Reads and checks all payloads.
 * @throws InvalidSettings naming line, field, kind and limit of what does not fit
 */
export async function readPayloads(
  { payload, lines = "" }: Pick<EnqueueArguments, "payload" | "lines">,
  definition: JobDefinition<string, unknown>,
  stdin: NodeJS.ReadableStream,
): Promise<Given[]> {
  const given =
    payload === undefined
      ? numbered(await contentOf(lines, "--lines", stdin))
      : [{ line: 1, text: await payloadText(payload, stdin) }];
  const problems: string[] = [];
  const checked = given.flatMap(({ line, text }) => {
    const found = check(definition, text);
    if (typeof found !== "string") return [{ line, ...found }];
    problems.push(payload === undefined ? `line ${line}: ${found}` : found);
    return [];
  });
  if (problems.length > 0) throw new InvalidSettings(shortened(problems));
  if (checked.length === 0) throw new InvalidSettings(["--lines: there is no line in it"]);
  return checked;
}

function shortened(problems: readonly string[]): string[] {
  const more = problems.length - mostProblems;
  return [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more lines do not fit`] : [])];
}

const payloadText = (text: string, stdin: NodeJS.ReadableStream): Promise<string> | string =>
  text === "-" || text.startsWith("@") ? contentOf(text.replace(/^@/, ""), "--payload", stdin) : text;

async function contentOf(file: string, option: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (file === "-") return textOf(stdin);
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new InvalidSettings([`${option}: ${cause instanceof Error ? cause.message : cause}`]);
  });
}

const numbered = (text: string) =>
  text
    .split("\n")
    .map((one, index) => ({ line: index + 1, text: one }))
    .filter((one) => one.text.trim() !== "");

/** The payload with its job's id and group, or why it cannot be sent. */
function check(definition: JobDefinition<string, unknown>, text: string): Omit<Given, "line"> | string {
  const { kind, payload: schema } = definition;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `the payload of ${kind} is not JSON: ${error instanceof Error ? error.message : error}`;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    return `payload refused for ${kind}: ${parsed.error.issues
      .map(({ path, message }) => `${path.map(String).join(".") || "payload"}: ${message}`)
      .join("; ")}`;
  // A worker would take it for a newer version's message and put it off.
  const unknown = unknownField(json, parsed.data);
  if (unknown !== undefined) return `payload refused for ${kind}: ${unknown}: there is no such field`;
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data));
  if (bytes > maxMessageBytes)
    return `payload refused for ${kind}: payload: ${bytes} bytes, at most ${maxMessageBytes} (1 MiB) fit a message`;
  return {
    payload: parsed.data,
    jobId: jobIdOf(definition, parsed.data),
    group: queueSafeId(definition.messageGroupId(parsed.data)),
  };
}
