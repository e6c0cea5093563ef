// Wildcards, ARNs and policy variables as IAM reads them ("IAM JSON policy element reference", IAM user guide).

/** What is known of a request; names of keys are compared without case. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Makes a context; keys are lower-cased, since IAM ignores their case ("Condition", IAM user guide). */
export function requestContext(values: Readonly<Record<string, string | readonly string[]>>): RequestContext {
  return new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}

/** A pattern as pieces: text to be met literally, or a wildcard. */
type Piece = { text: string } | { wildcard: "*" | "?" };

const variable = /\$\{([^}]*)\}/g;

/**
 * Puts the request's values in for `${key}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` are the characters
 * themselves. A value is text, its wildcards match nothing but themselves.
 * @returns undefined when a variable has no single value and no default: then nothing matches ("Policy variables")
 */
function piecesOf(pattern: string, context: RequestContext, variables: boolean): Piece[] | undefined {
  const pieces: Piece[] = [];
  const addPattern = (text: string) => {
    for (const part of text.split(/([*?])/)) {
      if (part === "*" || part === "?") pieces.push({ wildcard: part });
      else if (part !== "") pieces.push({ text: part });
    }
  };
  let read = 0;
  for (const match of variables ? pattern.matchAll(variable) : []) {
    addPattern(pattern.slice(read, match.index));
    const value = substitute(match[1] ?? "", context);
    if (value === undefined) return undefined;
    pieces.push({ text: value });
    read = match.index + match[0].length;
  }
  addPattern(pattern.slice(read));
  return pieces;
}

function substitute(expression: string, context: RequestContext): string | undefined {
  if (expression === "*" || expression === "?" || expression === "$") return expression;
  const [, key = "", fallback] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(expression) ?? [];
  const values = context.get(key.toLowerCase());
  return values?.length === 1 ? values[0] : fallback;
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function matches(pieces: readonly Piece[], text: string, flags: string): boolean {
  const source = pieces.map((piece) =>
    "text" in piece ? escaped(piece.text) : piece.wildcard === "*" ? ".*" : ".",
  );
  return new RegExp(`^${source.join("")}$`, `su${flags}`).test(text);
}

/** Options of a match. */
export type MatchOptions = {
  context: RequestContext;
  variables: boolean;
  /** Wildcards `*` and `?` in the pattern. */
  wildcards: boolean;
  ignoreCase?: boolean;
};

/** Whether a text fits a pattern. */
export function matchesText(pattern: string, text: string, options: MatchOptions): boolean {
  const pieces = piecesOf(pattern, options.context, options.variables);
  if (pieces === undefined) return false;
  const literal: Piece[] = pieces.map((piece) => ("text" in piece ? piece : { text: piece.wildcard }));
  return matches(options.wildcards ? pieces : literal, text, options.ignoreCase ? "i" : "");
}

/** Whether an action fits a pattern: without case, `s3:Get*` ("Action", IAM user guide). */
export const matchesAction = (pattern: string, action: string): boolean =>
  matches(piecesOf(pattern, new Map(), false) ?? [], action, "i");

/** The six fields of an ARN; the last keeps its colons. */
function fieldsOf(arn: string): string[] | undefined {
  const fields = arn.split(":");
  return fields.length < 6 ? undefined : [...fields.slice(0, 5), fields.slice(5).join(":")];
}

/** Whether an ARN fits a condition's pattern: each of the six fields on its own ("ARN condition operators"). */
export function matchesArn(pattern: string, arn: string, options: Omit<MatchOptions, "wildcards">): boolean {
  const hidden = pattern.replace(variable, (text) => text.replaceAll(":", "\0"));
  const wanted = fieldsOf(hidden)?.map((field) => field.replaceAll("\0", ":"));
  const given = fieldsOf(arn);
  if (wanted === undefined || given === undefined) return false;
  return wanted.every((field, index) =>
    matchesText(field, given[index] ?? "", { ...options, wildcards: true }),
  );
}

/**
 * Whether an ARN fits a statement's Resource. A wildcard may reach over colons: AWS says so of a `*` that ends a field
 * ("IAM JSON policy elements: Resource"), and reading the rest as widely keeps this side from missing what AWS allows.
 */
export const matchesResource = (
  pattern: string,
  arn: string,
  options: Omit<MatchOptions, "wildcards">,
): boolean => matchesText(pattern, arn, { ...options, wildcards: true });
