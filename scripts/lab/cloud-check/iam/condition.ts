// IAM's condition operators ("Condition operators" and "Conditions with multiple context keys or values", IAM user guide).
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { matchesArn, matchesText, type RequestContext } from "./pattern.ts";

/** Values of a condition key, by operator and key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Compare = (
  policyValue: string,
  value: string,
  scope: { context: RequestContext; variables: boolean },
) => boolean;

const text =
  (how: { wildcards: boolean; ignoreCase?: boolean }): Compare =>
  (pattern, value, scope) =>
    matchesText(pattern, value, { ...scope, ...how });

const arn: Compare = (pattern, value, scope) => matchesArn(pattern, value, scope);

const ordered =
  (read: (value: string) => number, holds: (value: number, limit: number) => boolean): Compare =>
  (limit, value) => {
    const numbers = [read(value), read(limit)] as const;
    return !numbers.some(Number.isNaN) && holds(...numbers);
  };

const number = (value: string) => (value.trim() === "" ? Number.NaN : Number(value));
/** ISO 8601, or seconds since 1970. */
const date = (value: string) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const inNetwork: Compare = (network, address) => {
  const [base = "", bits] = network.split("/");
  const family = isIPv4(base) ? "ipv4" : isIPv6(base) ? "ipv6" : undefined;
  if (family === undefined || !(isIPv4(address) || isIPv6(address))) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
};

/** Operators that say what a value must be. A negated one holds when the value matches none of the policy's values. */
const positive: Readonly<Record<string, Compare>> = {
  StringEquals: text({ wildcards: false }),
  StringEqualsIgnoreCase: text({ wildcards: false, ignoreCase: true }),
  StringLike: text({ wildcards: true }),
  // ArnEquals and ArnLike behave alike.
  ArnEquals: arn,
  ArnLike: arn,
  NumericEquals: ordered(number, (value, limit) => value === limit),
  NumericLessThan: ordered(number, (value, limit) => value < limit),
  NumericLessThanEquals: ordered(number, (value, limit) => value <= limit),
  NumericGreaterThan: ordered(number, (value, limit) => value > limit),
  NumericGreaterThanEquals: ordered(number, (value, limit) => value >= limit),
  DateEquals: ordered(date, (value, limit) => value === limit),
  DateLessThan: ordered(date, (value, limit) => value < limit),
  DateLessThanEquals: ordered(date, (value, limit) => value <= limit),
  DateGreaterThan: ordered(date, (value, limit) => value > limit),
  DateGreaterThanEquals: ordered(date, (value, limit) => value >= limit),
  Bool: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  BinaryEquals: (wanted, value) => Buffer.from(wanted, "base64").equals(Buffer.from(value, "base64")),
  IpAddress: inNetwork,
};

const negated: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
  NotIpAddress: "IpAddress",
};

type Operator = {
  compare: Compare;
  negated: boolean;
  ifExists: boolean;
  set: "ForAllValues" | "ForAnyValue" | undefined;
};

function operatorOf(name: string): Operator | undefined {
  const [, set, base = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  const compare = positive[negated[base] ?? base];
  if (compare === undefined) return undefined;
  return {
    compare,
    negated: base in negated,
    ifExists: ifExists !== undefined,
    set: set === "ForAllValues" || set === "ForAnyValue" ? set : undefined,
  };
}

/** Whether the operator is known here. Policies with other operators are refused when they are read. */
export const isOperator = (name: string): boolean => name === "Null" || operatorOf(name) !== undefined;

/** Whether all operators, with all their keys, hold for a request. */
export function conditionsHold(conditions: Conditions, context: RequestContext, variables: boolean): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const values = context.get(key.toLowerCase());
      if (operator === "Null") return wanted.every((want) => (want.toLowerCase() === "true") === !values);
      const known = operatorOf(operator);
      return known !== undefined && holds(known, wanted, values, { context, variables });
    }),
  );
}

function holds(
  { compare, negated, ifExists, set }: Operator,
  wanted: readonly string[],
  values: readonly string[] | undefined,
  scope: { context: RequestContext; variables: boolean },
): boolean {
  const one = (value: string) => wanted.some((want) => compare(want, value, scope)) !== negated;
  // Without any request value, ForAllValues holds and ForAnyValue does not; others hold only if negated or IfExists.
  if (values === undefined || values.length === 0)
    return set === undefined ? negated || ifExists : set === "ForAllValues";
  return set === "ForAnyValue" ? values.some(one) : values.every(one);
}
