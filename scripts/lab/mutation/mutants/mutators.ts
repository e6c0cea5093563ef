// The small defects that are tried, by the node they change. Data only: which change a node admits. Knows no file and no test.
import { isNode, type Node } from "./syntax.ts";

/** One change of a text: what stands between the offsets becomes `to`. */
export type Change = { start: number; end: number; to: string };

type Mutator = (node: Node, text: string, parents: readonly Node[]) => Change[];

const swapped: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "+=": ["-="],
  "-=": ["+="],
  "++": ["--"],
  "--": ["++"],
};

/** Calls of the library that have a neighbour one takes by mistake. */
const methods: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  round: "floor",
  some: "every",
  every: "some",
  startsWith: "endsWith",
  endsWith: "startsWith",
  shift: "pop",
  push: "unshift",
};

/** Calls of the library that are forgotten: the object stands for the result. */
const forgotten = new Set(
  "filter trim toLowerCase toUpperCase slice sort toSorted reverse toReversed toWellFormed".split(" "),
);

const replaced = (node: Node, to: string): Change => ({ start: node.start, end: node.end, to });
const textOf = (node: unknown, text: string): string =>
  isNode(node) ? text.slice(node.start, node.end) : "";

/** A part of an expression in place of the whole. */
const only = (node: Node, part: unknown, text: string): Change[] =>
  isNode(part) ? [replaced(node, `(${textOf(part, text)})`)] : [];

function operatorSwaps(node: Node, text: string): Change[] {
  const { operator, left, right } = node as Node & { operator: string; left: Node; right: Node };
  const start = left.end + text.slice(left.end, right.start).indexOf(operator);
  return (swapped[operator] ?? []).map((to) => ({ start, end: start + operator.length, to }));
}

function callSwaps(node: Node, text: string): Change[] {
  const callee = node.callee as Node;
  if (callee.type !== "MemberExpression") return [];
  const property = callee.property as Node & { name?: string };
  const to = methods[property.name ?? ""];
  if (to !== undefined) return [replaced(property, to)];
  return forgotten.has(property.name ?? "") ? only(node, callee.object, text) : [];
}

function literalSwaps(node: Node, _text: string, parents: readonly Node[]): Change[] {
  const { value } = node;
  if (typeof value === "boolean") return [replaced(node, String(!value))];
  if (typeof value === "number") return [replaced(node, String(value < 10 ? value + 1 : value * 10))];
  const parent = parents.at(-1);
  const isName = parent?.type === "Property" && parent.key === node;
  return typeof value === "string" && value !== "" && !isName ? [replaced(node, '""')] : [];
}

function statementRemovals(node: Node, text: string): Change[] {
  const expression = node.expression as Node;
  if (expression.type === "Literal") return [];
  const waits =
    expression.type === "AwaitExpression" ? [replaced(node, `${textOf(expression.argument, text)};`)] : [];
  return [replaced(node, ";"), ...waits];
}

const conditions = (node: Node): Change[] => {
  const test = node.test as Node;
  return test.type === "Literal" ? [] : [replaced(test, "true"), replaced(test, "false")];
};

const returned = (node: Node): Change[] => {
  const argument = node.argument as Node | null;
  return argument === null || isUndefined(argument) ? [] : [replaced(argument, "undefined")];
};

const isUndefined = (node: Node) => node.type === "Identifier" && node.name === "undefined";

/** The changes by type of node. */
export const mutators: Readonly<Record<string, Mutator>> = {
  BinaryExpression: operatorSwaps,
  AssignmentExpression: operatorSwaps,
  UpdateExpression: (node, text) => {
    const operator = String(node.operator);
    const start = node.start + text.slice(node.start, node.end).indexOf(operator);
    return (swapped[operator] ?? []).map((to) => ({ start, end: start + 2, to }));
  },
  LogicalExpression: (node, text) => [...only(node, node.left, text), ...only(node, node.right, text)],
  UnaryExpression: (node, text) => (node.operator === "!" ? only(node, node.argument, text) : []),
  ConditionalExpression: (node, text) => [
    ...only(node, node.consequent, text),
    ...only(node, node.alternate, text),
  ],
  IfStatement: conditions,
  WhileStatement: (node) => [replaced(node.test as Node, "false")],
  ExpressionStatement: statementRemovals,
  ThrowStatement: (node) => [replaced(node, ";")],
  ContinueStatement: (node) => [replaced(node, ";")],
  BreakStatement: (node) => [replaced(node, ";")],
  ReturnStatement: returned,
  ArrowFunctionExpression: (node) => {
    const body = node.body as Node;
    return body.type === "BlockStatement" || isUndefined(body) ? [] : [replaced(body, "undefined")];
  },
  CallExpression: callSwaps,
  MemberExpression: (node, text) => {
    if (node.optional !== true) return [];
    const start = text.indexOf("?.", (node.object as Node).end);
    return [{ start, end: start + 2, to: node.computed === true ? "" : "." }];
  },
  Literal: literalSwaps,
  TemplateLiteral: (node) => (node.end - node.start > 2 ? [replaced(node, '""')] : []),
  ArrayExpression: (node) => ((node.elements as unknown[]).length > 0 ? [replaced(node, "[]")] : []),
};
