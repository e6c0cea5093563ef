// The syntax tree of a source, as far as mutators look at it: nodes with their place, and who their parents are.
import { parseAst } from "vitest/node";

/** A node of the tree (ESTree with TypeScript's nodes). `start` and `end` are offsets in the source. */
export type Node = { type: string; start: number; end: number; [field: string]: unknown };

/** Parses TypeScript. @throws SyntaxError when the text is none */
export function parse(text: string): Node {
  return parseAst(text, { lang: "ts" }) as unknown as Node;
}

/** Whether a text is TypeScript. */
export function isParsable(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value of a field is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** The nodes directly below a node. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode);
}

/** Calls `visit` for a node and all nodes below it, parents first; does not go below a node it answers `false` for. */
export function walk(
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => boolean,
  parents: readonly Node[] = [],
): void {
  if (!visit(node, parents)) return;
  for (const child of childrenOf(node)) walk(child, visit, [...parents, node]);
}
