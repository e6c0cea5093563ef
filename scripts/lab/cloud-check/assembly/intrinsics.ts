// CloudFormation's intrinsic functions, as far as our templates use them ("Intrinsic function reference", CloudFormation user
// guide). Any other function is an error, never a guess.
import { FleetError } from "../../../../worker/fleet/errors.ts";

/** A template contains a function or a reference that cannot be resolved here. */
export class NotResolved extends FleetError {}

/** Resolves references. Each function returns undefined for what it does not know. */
export type References = {
  /** `Ref` of a resource, parameter or pseudo parameter. */
  ref: (name: string) => string | undefined;
  attribute: (resource: string, attribute: string) => string | undefined;
  /** The value that another stack exports. */
  imported: (exportName: string) => unknown;
};

type Resolve = (value: unknown) => unknown;

const known = (what: string, value: unknown): unknown => {
  if (value === undefined) throw new NotResolved(what);
  return value;
};

const text = (value: unknown, what: string): string => {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new NotResolved(`${what} is not a string`);
};

const list = (value: unknown, what: string): unknown[] => {
  if (!Array.isArray(value)) throw new NotResolved(`${what} is not a list`);
  return value;
};

const functions: Record<string, (argument: unknown, references: References, resolve: Resolve) => unknown> = {
  Ref: (name, { ref }) => known(`Ref ${String(name)}`, ref(text(name, "Ref"))),
  "Fn::GetAtt": (argument, { attribute }) => {
    const [resource, name] = list(argument, "Fn::GetAtt").map((part) => text(part, "Fn::GetAtt"));
    return known(`${resource}.${name}`, attribute(resource ?? "", name ?? ""));
  },
  "Fn::Join": (argument, _, resolve) => {
    const [separator, parts] = list(argument, "Fn::Join");
    const values = list(resolve(parts), "Fn::Join").map((part) => text(part, "Fn::Join"));
    return values.join(text(separator, "Fn::Join"));
  },
  "Fn::Sub": (argument, references) => substitute(text(argument, "Fn::Sub with variables"), references),
  "Fn::ImportValue": (argument, { imported }, resolve) => {
    const name = text(resolve(argument), "Fn::ImportValue");
    return known(`Fn::ImportValue ${name}`, imported(name));
  },
  "Fn::Select": (argument, _, resolve) => {
    const [index, values] = list(argument, "Fn::Select").map(resolve);
    return known("Fn::Select", list(values, "Fn::Select")[Number(index)]);
  },
  "Fn::Split": (argument, _, resolve) => {
    const [separator, value] = list(argument, "Fn::Split").map(resolve);
    return text(value, "Fn::Split").split(text(separator, "Fn::Split"));
  },
};

function substitute(template: string, { ref, attribute }: References): string {
  return template.replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const dot = name.indexOf(".");
    const value = dot < 0 ? ref(name) : attribute(name.slice(0, dot), name.slice(dot + 1));
    return String(known(`Fn::Sub ${whole}`, value));
  });
}

/**
 * A value with all functions resolved. `AWS::NoValue` removes its property.
 * @throws NotResolved
 */
export function resolveIntrinsics(value: unknown, references: References): unknown {
  const resolve: Resolve = (part) => resolveIntrinsics(part, references);
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ["", undefined]] = entries;
  if (entries.length === 1 && (name === "Ref" || name.startsWith("Fn::"))) {
    const run = functions[name];
    if (run === undefined) throw new NotResolved(`the function ${name} is not supported`);
    return run(argument, references, resolve);
  }
  return Object.fromEntries(
    entries.filter(([, part]) => !isNoValue(part)).map(([key, part]) => [key, resolve(part)]),
  );
}

const isNoValue = (part: unknown): boolean =>
  typeof part === "object" && part !== null && "Ref" in part && part.Ref === "AWS::NoValue";
