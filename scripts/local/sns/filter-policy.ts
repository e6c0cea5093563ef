// Subscription filter policies (SNS developer guide, "Subscription filter policies"): exact values, prefix, suffix,
// anything-but, exists, numeric, equals-ignore-case; nested keys for the message body. Anything else is refused.
import type { MessageAttributes } from "../sqs/message.ts";
import { invalidParameter, notImplemented } from "./errors.ts";

export type FilterScope = "MessageAttributes" | "MessageBody";

/** Decides for one message. Created once per policy. */
export type Filter = (message: string, attributes: MessageAttributes) => boolean;

type Value = string | number | boolean | null;
type Policy = { [key: string]: Policy | unknown[] };
/** Whether one of the key's values satisfies a condition. A missing key has no values. */
type Matcher = (values: readonly Value[]) => boolean;

/** Parses a policy. Throws `SnsError`: InvalidParameter when SNS refuses it too, NotImplemented when only we do. */
export function filterFrom(policyText: string, scope: FilterScope): Filter {
  const policy = parsedPolicy(policyText);
  if (scope === "MessageAttributes") {
    const keys = Object.entries(policy).map(([key, conditions]) => {
      if (!Array.isArray(conditions))
        throw refused(`"${key}" must be an array of conditions in scope MessageAttributes`);
      return { key, matches: anyOf(conditions) };
    });
    return (_, attributes) => keys.every(({ key, matches }) => matches(attributeValues(attributes, key)));
  }
  const matches = bodyMatcher(policy);
  return (message) => {
    const body = jsonOf(message);
    return typeof body === "object" && body !== null && !Array.isArray(body) && matches(body);
  };
}

const refused = (why: string) => invalidParameter(`FilterPolicy: ${why}`);

function parsedPolicy(text: string): Policy {
  const policy = jsonOf(text);
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) {
    throw refused("failed to parse JSON: a policy is an object");
  }
  if (Object.keys(policy).length > 5) throw refused("Filter policy can not have more than 5 keys");
  if ("$or" in policy) throw notImplemented("$or in filter policies");
  return policy as Policy;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bodyMatcher(policy: Policy): (body: object) => boolean {
  const keys = Object.entries(policy).map(([key, conditions]) => {
    if (Array.isArray(conditions)) {
      const matches = anyOf(conditions);
      return (body: object) => matches(leafValues((body as Record<string, unknown>)[key]));
    }
    if (typeof conditions !== "object" || conditions === null)
      throw refused(`"${key}" must be an object or an array`);
    const inner = bodyMatcher(conditions);
    return (body: object) => {
      const value = (body as Record<string, unknown>)[key];
      return [value].flat().some((item) => typeof item === "object" && item !== null && inner(item));
    };
  });
  return (body) => keys.every((matches) => matches(body));
}

function leafValues(value: unknown): Value[] {
  if (value === undefined) return [];
  return [value].flat(Number.POSITIVE_INFINITY as 1).filter(isValue);
}

function isValue(value: unknown): value is Value {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function attributeValues(attributes: MessageAttributes, key: string): Value[] {
  const attribute = attributes[key];
  if (attribute?.StringValue === undefined) return [];
  const text = attribute.StringValue;
  if (attribute.DataType === "String.Array") return leafValues(jsonOf(text));
  return [attribute.DataType.startsWith("Number") ? Number(text) : text];
}

function anyOf(conditions: readonly unknown[]): Matcher {
  if (conditions.length === 0) throw refused("a key needs at least one condition");
  const matchers = conditions.map(condition);
  return (values) => matchers.some((matches) => matches(values));
}

function condition(rule: unknown): Matcher {
  if (isValue(rule)) return (values) => values.includes(rule);
  const [entry, ...more] = Object.entries(rule as Record<string, unknown>);
  if (Array.isArray(rule) || entry === undefined || more.length > 0)
    throw refused("a condition has exactly one operator");
  const [operator, operand] = entry;
  if (operator === "exists" && typeof operand === "boolean") return (values) => values.length > 0 === operand;
  if (operator === "numeric") return numeric(operand);
  if (operator === "anything-but") return anythingBut(operand);
  const text = textCondition(operator, operand);
  if (text !== undefined) return (values) => values.some((value) => typeof value === "string" && text(value));
  if (["wildcard", "cidr"].includes(operator)) throw notImplemented(`"${operator}" in filter policies`);
  throw refused(`Unrecognized match type ${operator}`);
}

function textCondition(operator: string, operand: unknown): ((value: string) => boolean) | undefined {
  if (typeof operand !== "string" || operand === "") return undefined;
  if (operator === "prefix") return (value) => value.startsWith(operand);
  if (operator === "suffix") return (value) => value.endsWith(operand);
  if (operator === "equals-ignore-case") return (value) => value.toLowerCase() === operand.toLowerCase();
  return undefined;
}

/** Matches when the key exists and has a value other than the named ones. */
function anythingBut(operand: unknown): Matcher {
  const excluded = [operand].flat().map((item): ((value: Value) => boolean) => {
    if (isValue(item)) return (value) => value === item;
    const [entry, ...more] = Object.entries(item as Record<string, unknown>);
    const text = entry && more.length === 0 ? textCondition(entry[0], entry[1]) : undefined;
    if (text === undefined) throw refused("anything-but needs values, prefix or suffix");
    return (value) => typeof value === "string" && text(value);
  });
  return (values) => values.some((value) => !excluded.some((isExcluded) => isExcluded(value)));
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `[operator, number]`, or two such pairs for a range. */
function numeric(operand: unknown): Matcher {
  const parts = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4)
    throw refused("numeric needs one or two operators with a number each");
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const compare = comparisons[String(parts[at])];
    const bound: unknown = parts[at + 1];
    if (compare === undefined || typeof bound !== "number")
      throw refused(`Unrecognized numeric range ${parts[at]}`);
    tests.push((value) => compare(value, bound));
  }
  return (values) =>
    values.some((value) => typeof value === "number" && tests.every((holds) => holds(value)));
}
