// Finds what a schema left out: a field that the writer of a message knows and this version does not. Pure.

/** How deep and how long a payload is searched; what lies beyond is not looked at. */
const maxDepth = 6;
const maxItems = 1000;

/**
 * The path of the first field that is in the given value and not in the one that the schema made of it; undefined where
 * there is none. Where the schema made something else of a value, nothing is compared.
 */
export function unknownField(
  given: unknown,
  known: unknown,
  path: readonly string[] = [],
): string | undefined {
  if (path.length > maxDepth) return undefined;
  const pairs = pairsOf(given, known);
  for (const [name, a, b, isKnown] of pairs) {
    const here = [...path, name];
    if (!isKnown) return here.join(".").slice(0, 128);
    const found = unknownField(a, b, here);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Pair = readonly [name: string, given: unknown, known: unknown, isKnown: boolean];

function pairsOf(given: unknown, known: unknown): Pair[] {
  if (Array.isArray(given) && Array.isArray(known))
    return given.slice(0, maxItems).map((item, index) => [String(index), item, known[index], true]);
  if (!isPlain(given) || !isPlain(known)) return [];
  return Object.keys(given)
    .slice(0, maxItems)
    .map((name) => [name, given[name], known[name], Object.hasOwn(known, name)]);
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
