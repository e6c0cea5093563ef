// The mutants of a source: every change that its syntax admits, less what no behaviour can show (types, texts for people).
import { createHash } from "node:crypto";
import { type Change, mutators } from "./mutators.ts";
import { isParsable, type Node, parse, walk } from "./syntax.ts";

/** One defect in one file. */
export type Mutant = Change & {
  /** Path from the root. */
  file: string;
  /** Names the mutant as long as its line and the change stay as they are. */
  id: string;
  line: number;
  /** The line it begins in, without indentation. */
  code: string;
  /** `from → to`, shortened to one line. */
  change: string;
};

/** What no test should see: declarations of types, imports, the words of errors and of the log. */
const leftOut = new Set(["ImportDeclaration", "ExportAllDeclaration", "TSAsExpression.typeAnnotation"]);

function isLeftOut(node: Node, parents: readonly Node[]): boolean {
  if (leftOut.has(node.type) || /^TS(?!AsExpression|SatisfiesExpression|NonNullExpression)/.test(node.type))
    return true;
  return isLog(node) || areWords(node) || (isText(node) && parents.some(isError));
}

/** Words for people: several of them, and nothing of an expression of DynamoDB's or of a command. */
const areWords = ({ value }: Node) =>
  typeof value === "string" && /^[A-Za-z][a-z']*( [a-z',;-]+)+\.?$/.test(value);

const isText = ({ type, value }: Node) =>
  type === "TemplateLiteral" || (type === "Literal" && typeof value === "string");

/** The arguments of an error, where they are words. */
const isError = ({ type, callee }: Node) =>
  type === "NewExpression" && /(Error|Problem|Settings|Rejected|Lost|Refused|Trouble)$/.test(nameOf(callee))
    ? true
    : type === "CallExpression" && (callee as Node).type === "Super";

/** `log.warn(…)`, `run.log.info(…)`, `options.log.error(…)`. */
function isLog({ type, callee }: Node): boolean {
  const of = callee as (Node & { object?: Node }) | undefined;
  if (type !== "CallExpression" || of?.type !== "MemberExpression" || of.object === undefined) return false;
  const { object } = of;
  return (object.name ?? (object.property as Node | undefined)?.name) === "log";
}

const nameOf = (node: unknown): string => String((node as { name?: unknown } | undefined)?.name ?? "");

/** All mutants of a file's text, in the order of the text. @throws SyntaxError */
export function mutantsOf(file: string, text: string): Mutant[] {
  const changes: Change[] = [];
  walk(parse(text), (node, parents) => {
    if (isLeftOut(node, parents)) return false;
    // A log line as a statement goes with its call.
    if (node.type === "ExpressionStatement" && isLog(node.expression as Node)) return false;
    changes.push(...(mutators[node.type]?.(node, text, parents) ?? []));
    return true;
  });
  const valid = changes.filter((change) => isParsable(applied(text, change)));
  return named(
    file,
    text,
    valid.sort((one, other) => one.start - other.start || one.end - other.end),
  );
}

/** A text with one change made. */
export const applied = (text: string, { start, end, to }: Change): string =>
  text.slice(0, start) + to + text.slice(end);

/** Changes that look the same in one line are numbered, so that each can be named. */
function named(file: string, text: string, changes: readonly Change[]): Mutant[] {
  const seen = new Map<string, number>();
  return changes.map((change) => {
    const line = text.slice(0, change.start).split("\n").length;
    const code = text.split("\n")[line - 1]?.trim() ?? "";
    const shown = `${short(text.slice(change.start, change.end))} → ${short(change.to)}`;
    const key = `${file}\n${code}\n${shown}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    const id = createHash("sha256").update(`${key}\n${times}`).digest("hex").slice(0, 10);
    return { ...change, file, id, line, code, change: times === 1 ? shown : `${shown} #${times}` };
  });
}

/** One line of at most 72 characters. */
function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}
