// Wildcards, ARNs and policy variables as IAM interprets them ("IAM JSON policy element reference", IAM user guide).

/** The condition keys of a request. Names of keys are case-insensitive. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Makes a context with keys in lower case, because IAM ignores their case ("Condition", IAM user guide). */
export function requestContext(values: Readonly<Record<string, string | readonly string[]>>): RequestContext {
  return new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}

/** A piece of a pattern: literal text, or a wildcard. */
type Piece = { text: string } | { wildcard: "*" | "?" };

const variable = /\$\{([^}]*)\}/g;

/**
 * Substitutes the request's values for `${key}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` are these characters
 * themselves. A value is literal text: its wildcards match only themselves.
 * @returns undefined when a variable has no single value and no default; then nothing matches ("Policy variables")
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
  /** Whether `*` and `?` in the pattern are wildcards. */
  wildcards: boolean;
  ignoreCase?: boolean;
};

/** Whether a text matches a pattern. */
export function matchesText(pattern: string, text: string, options: MatchOptions): boolean {
  const pieces = piecesOf(pattern, options.context, options.variables);
  if (pieces === undefined) return false;
  const literal: Piece[] = pieces.map((piece) => ("text" in piece ? piece : { text: piece.wildcard }));
  return matches(options.wildcards ? pieces : literal, text, options.ignoreCase ? "i" : "");
}

/** Whether an action matches a pattern such as `s3:Get*`, ignoring case ("Action", IAM user guide). */
export const matchesAction = (pattern: string, action: string): boolean =>
  matches(piecesOf(pattern, new Map(), false) ?? [], action, "i");

/** The six fields of an ARN. The last keeps its colons. */
function fieldsOf(arn: string): string[] | undefined {
  const fields = arn.split(":");
  return fields.length < 6 ? undefined : [...fields.slice(0, 5), fields.slice(5).join(":")];
}

/** Whether an ARN matches a condition's pattern, field by field ("ARN condition operators"). */
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
 * Whether an ARN matches a statement's Resource. A wildcard may match across colons: AWS says so of a `*` at the end of a
 * field ("IAM JSON policy elements: Resource"). Matching as widely elsewhere ensures that nothing AWS allows is missed.
 */
export const matchesResource = (
  pattern: string,
  arn: string,
  options: Omit<MatchOptions, "wildcards">,
): boolean => matchesText(pattern, arn, { ...options, wildcards: true });
